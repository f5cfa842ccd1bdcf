package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

final class PulseTest {
    private final BlockingQueue<String> told = new LinkedBlockingQueue<>();

    private Loop start(Duration interval, Pulse pulse) {
        Loop loop = new Loop("pulse " + interval, pulse, Heartbeat.unwatched("pulse"), (component, cause) -> {
            throw new AssertionError(component, cause);
        });
        loop.start();
        return loop;
    }

    private Pulse pulse(Duration interval) {
        return new Pulse(interval, () -> told.add("now"), () -> told.add("last"));
    }

    private String next() throws InterruptedException {
        return String.valueOf(told.poll(60, TimeUnit.SECONDS));
    }

    @Test
    void tellsAtOnceWhenSomethingChangedAndOnceMoreAtTheEnd() throws InterruptedException {
        Duration never = Duration.ofDays(1);
        Pulse pulse = pulse(never);
        Loop loop = start(never, pulse);

        assertThat(next()).isEqualTo("now");
        pulse.changed();
        assertThat(next()).isEqualTo("now");
        loop.close();
        assertThat(next()).isEqualTo("last");
        assertThat(told).isEmpty();
    }

    @Test
    void tellsEveryInterval() throws InterruptedException {
        Duration often = Duration.ofMillis(1);
        Loop loop = start(often, pulse(often));

        assertThat(next()).isEqualTo("now");
        assertThat(next()).isEqualTo("now");
        assertThat(next()).isEqualTo("now");
        loop.close();
    }
}
