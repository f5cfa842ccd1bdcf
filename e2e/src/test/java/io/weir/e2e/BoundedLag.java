package io.weir.e2e;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;

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

    private static boolean isNone(Status status) {
        return status.getState() == ComponentState.RUNNING
                && status.getOldestPendingAt() == null
                && status.getPendingPaths() == 0
                && status.getDeadLetters() == 0;
    }
}
