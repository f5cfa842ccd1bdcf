package io.weir.applier.consume;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.Topics;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.Set;

/** What surrounds a replication in a test of one thread, which moves the clocks and runs the jobs. The replica is backup1. */
abstract class ReplicationBench {
    static final Topics TOPICS = new Topics("weir");
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
    static final Outcome DONE = new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), Tally.NONE);

    final Deque<Runnable> lanes = new ArrayDeque<>();
    final RecordingOutbox outbox = new RecordingOutbox();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    Instant wall = START;
    long nanos;
    /** What the test moves; Clocks.system() where it needs time that passes by itself. */
    Clocks clocks = new Clocks(() -> wall, () -> nanos);

    /** A replication with so many lanes, which reads on until 100 entries wait. */
    Replication replication(int lanes, Map<String, Reconciler> reconcilers) {
        return replication(new Replication.Limits(lanes, 5000, 1000, 100), reconcilers);
    }

    Replication replication(Replication.Limits limits, Map<String, Reconciler> reconcilers) {
        return new Replication(
                new Surroundings("backup1", TOPICS, lanes::add, outbox, clocks, this::broke, metrics),
                limits,
                Duration.ofSeconds(10),
                new DeadLetterSchedule(Duration.ofMinutes(10), Duration.ofHours(10)),
                reconcilers);
    }

    /** A job broke, which no retry helps. */
    void broke(String component, Throwable cause) {
        throw new AssertionError(component, cause);
    }

    void runAll() {
        while (!lanes.isEmpty()) {
            lanes.pop().run();
        }
    }

    /** Moves both clocks. */
    void move(Duration time) {
        wall = wall.plus(time);
        nanos += time.toNanos();
    }
}
