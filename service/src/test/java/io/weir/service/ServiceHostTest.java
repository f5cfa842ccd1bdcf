package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

final class ServiceHostTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final List<String> events = Collections.synchronizedList(new ArrayList<>());

    private Service service(String name, Runnable start, Runnable close) {
        return new Service() {
            @Override
            public String name() {
                return name;
            }

            @Override
            public void start() {
                events.add("+" + name);
                start.run();
            }

            @Override
            public void close() {
                events.add("-" + name);
                close.run();
            }
        };
    }

    private Service service(String name) {
        return service(name, () -> {}, () -> {});
    }

    private static Runnable failing(String message) {
        return () -> {
            throw new IllegalStateException(message);
        };
    }

    @Test
    void startsInOrderAndClosesInReverseOnce() {
        ServiceHost host = new ServiceHost("host", List.of(service("a"), service("b")), LONG);
        host.start();
        host.close();
        host.close();
        assertThat(events).containsExactly("+a", "+b", "-b", "-a");
        assertThatThrownBy(host::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aFailedStartClosesWhatStarted() {
        ServiceHost host = new ServiceHost(
                "host", List.of(service("a"), service("b", failing("no"), () -> {}), service("c")), LONG);
        assertThatThrownBy(host::start).hasMessage("no");
        assertThat(events).containsExactly("+a", "+b", "-b", "-a");
    }

    @Test
    void aFailedCloseDoesNotKeepTheOthersOpen() {
        ServiceHost host =
                new ServiceHost("host", List.of(service("a"), service("b", () -> {}, failing("stuck"))), LONG);
        host.start();
        assertThatThrownBy(host::close).hasMessageContaining("b failed").hasMessageContaining("stuck");
        assertThat(events).containsExactly("+a", "+b", "-b", "-a");
    }

    @Test
    void aCloseThatHangsIsLeftBehindAtItsDeadline() {
        CountDownLatch never = new CountDownLatch(1);
        Service hangs = service("b", () -> {}, () -> {
            try {
                never.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        ServiceHost host = new ServiceHost("host", List.of(service("a"), hangs), Duration.ofMillis(50));
        host.start();
        assertThatThrownBy(host::close).hasMessageContaining("not closed within");
        assertThat(events).containsExactly("+a", "+b", "-b", "-a");
        never.countDown();
    }
}
