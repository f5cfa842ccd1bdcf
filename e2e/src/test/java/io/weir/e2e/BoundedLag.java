package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/**
 * The oracle of the lag that replicas tell. Valid: any lag while something is broken or the source changes. Invalid: a replica that
 * goes on telling of something pending, of a dead letter or of another state than running, after everything is well and at rest.
 */
final class BoundedLag {
    private BoundedLag() {}

    /** Waits until every replica says that nothing is behind. */
    static void awaitNone(Stages stages) {
        for (int i = 1; i <= stages.replicas().size(); i++) {
            stages.awaitStatus("applier/replica-" + i + "/data", BoundedLag::isNone);
        }
    }

    /** Waits until nothing is under way anywhere: asked in the direction of the data, since what one stage has passed is in the next. */
    static void awaitRest(Records records) {
        awaitRest(records, Role.AGENT, status -> true);
        awaitRest(records, Role.AGGREGATOR, status -> true);
        Map<Integer, Long> ends = new HashMap<>();
        records.placedBatches().forEach(batch -> ends.put(batch.partition(), batch.offset() + 1));
        awaitRest(records, Role.APPLIER, status -> status.getOffset() >= ends.getOrDefault(status.getPartition(), 0L));
    }

    private static void awaitRest(Records records, Role role, Predicate<Status> more) {
        Instant asked = Instant.now();
        await("rest of every " + role)
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(records.statuses().values())
                        .filteredOn(status -> status.getRole() == role)
                        .isNotEmpty()
                        .allMatch(status -> status.getAt().isAfter(asked) && rests(status) && more.test(status)));
    }

    /** Dead letters may stand: other scenarios on the same pipeline leave some. */
    private static boolean rests(Status status) {
        return status.getOldestPendingAt() == null && status.getPendingPaths() == 0;
    }

    private static boolean isNone(Status status) {
        return status.getState() == ComponentState.RUNNING && rests(status) && status.getDeadLetters() == 0;
    }
}
