package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Topics;
import io.weir.service.FaultHandler;
import java.util.concurrent.Executor;

/**
 * What surrounds a {@link Replication}. Immutable.
 *
 * @param replica its name
 * @param topics the catalogue
 * @param lanes runs jobs, at least as many at a time as the limits say, and one more each for a dry run, a verification and
 *     a restore
 * @param outbox takes dead letters and results
 * @param clocks of the process
 * @param faults told when a job breaks in a way that no retry helps
 * @param metrics takes {@code weir.applier.*}
 */
public record Surroundings(
        String replica,
        Topics topics,
        Executor lanes,
        Outbox outbox,
        Clocks clocks,
        FaultHandler faults,
        MeterRegistry metrics) {}
