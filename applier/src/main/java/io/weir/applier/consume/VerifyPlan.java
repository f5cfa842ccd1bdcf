package io.weir.applier.consume;

import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.CronSchedule;
import java.time.Duration;
import java.util.Optional;

/**
 * How the replica of a source is verified. Immutable.
 *
 * @param schedule when it is by itself; empty for never
 * @param order how closely then
 * @param settle how long what differs is watched between two looks, and after the second one
 */
public record VerifyPlan(Optional<CronSchedule> schedule, VerifyOrder order, Duration settle) {
    /** Never by itself; what is asked for is watched for twelve seconds. */
    public static final VerifyPlan DEFAULTS = new VerifyPlan(
            Optional.empty(),
            VerifyOrder.newBuilder().setLevel(VerifyLevel.METADATA).build(),
            Duration.ofSeconds(12));
}
