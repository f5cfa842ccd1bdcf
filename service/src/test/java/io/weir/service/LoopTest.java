package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

final class LoopTest {
    private static final Duration LONG = Duration.ofSeconds(60);

    private final FaultLatch faults = new FaultLatch();

    @Test
    void runsStepsUntilClosed() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        AtomicInteger finished = new AtomicInteger();
        Loop.Step step = new Loop.Step() {
            @Override
            public void run() {
                three.countDown();
            }

            @Override
            public void finish() {
                finished.incrementAndGet();
            }
        };
        Loop loop = new Loop("loop", step, Heartbeat.unwatched("loop"), faults);
        loop.start();
        assertThat(three.await(60, TimeUnit.SECONDS)).isTrue();
        loop.close();
        loop.close();
        assertThat(finished).hasValue(1);
        assertThat(faults.fault()).isNull();
    }

    @Test
    void aFailedStepGoesToTheFaultHandler() {
        WeirException failure = new WeirException(ExitCode.UNAVAILABLE, "no Kafka");
        Loop loop = new Loop(
                "loop",
                () -> {
                    throw failure;
                },
                Heartbeat.unwatched("loop"),
                faults);
        loop.start();
        assertThatThrownBy(() -> faults.await(LONG))
                .hasMessage("loop: no Kafka")
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE));
        loop.close();
    }

    @Test
    void aStepThatDoesNotEndIsInterrupted() throws Exception {
        CountDownLatch running = new CountDownLatch(1);
        AtomicBoolean interruptedInFinish = new AtomicBoolean();
        Loop.Step step = new Loop.Step() {
            @Override
            public void run() throws Exception {
                running.countDown();
                new CountDownLatch(1).await();
            }

            @Override
            public void finish() {
                interruptedInFinish.set(Thread.currentThread().isInterrupted());
            }
        };
        Loop loop = new Loop("loop", step, Heartbeat.unwatched("loop"), faults, Duration.ofMillis(10));
        loop.start();
        assertThat(running.await(60, TimeUnit.SECONDS)).isTrue();
        loop.close();
        assertThat(interruptedInFinish).isFalse();
        assertThat(faults.fault()).isNull();
    }

    @Test
    void closingBeforeStartingDoesNothing() {
        Loop loop = new Loop("loop", () -> {}, Heartbeat.unwatched("loop"), faults);
        loop.close();
        assertThatThrownBy(loop::start).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void aStopEndsTheWaiting() throws Exception {
        assertThat(faults.await(Duration.ofMillis(1))).isFalse();
        faults.stop();
        faults.await();
        assertThat(faults.await(LONG)).isTrue();
    }
}
