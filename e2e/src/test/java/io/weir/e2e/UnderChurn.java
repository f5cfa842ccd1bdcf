package io.weir.e2e;

import java.nio.file.Path;

/**
 * The frame of most scenarios: replicas that are equal, gentle churn at the source, something that happens in the middle of it, and
 * every oracle at the end.
 */
final class UnderChurn {
    static final int STILL_FILES = 100;

    /** Churn between two faults: a second or two of it. */
    static final long STEPS = Long.getLong("weir.churn.steps", 200);

    private final Stages stages;
    private final BackgroundChurn churn;
    private final NoUnexplainedDelete watch;

    private UnderChurn(Stages stages, BackgroundChurn churn, NoUnexplainedDelete watch) {
        this.stages = stages;
        this.churn = churn;
        this.watch = watch;
    }

    /** What happens. */
    @FunctionalInterface
    interface Fault {
        void happen(UnderChurn during) throws Exception;
    }

    /** Starts the stages, lets it happen, and fails unless the replicas become equal, nothing was deleted and nobody lags. */
    static void run(StagesPlan plan, long seed, Fault fault) throws Exception {
        run(plan, Churn.Plan.gentle(seed), fault);
    }

    /** The same with other churn. */
    static void run(StagesPlan plan, Churn.Plan churnPlan, Fault fault) throws Exception {
        NoUnexplainedDelete.makeFiles(plan.source(), STILL_FILES);
        try (Stages stages = plan.start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas());
                    BackgroundChurn churn = BackgroundChurn.start(stages.source(), churnPlan)) {
                churn.awaitSteps(STEPS);
                fault.happen(new UnderChurn(stages, churn, watch));
                if (churn.isRunning()) {
                    churn.awaitSteps(STEPS);
                }
                // Also tells when it ended by itself.
                churn.stop();
                stages.awaitEqual();
                watch.assertNone();
                // Nobody can ask a broker that is on a network of its own.
                if (plan.kafkaHost().equals(StagesPlan.LOOPBACK)) {
                    BoundedLag.awaitNone(stages);
                }
            }
        }
    }

    Stages stages() {
        return stages;
    }

    BackgroundChurn churn() {
        return churn;
    }

    /** Lets the source change for a while. */
    void churnOn() {
        churn.awaitSteps(STEPS);
    }

    /** Lets something happen while the disk of a replica is not mounted. */
    void withoutDisk(Path replica, Fault fault) throws Exception {
        watch.away(replica);
        fault.happen(this);
        watch.away(null);
    }

    /** Nothing was deleted so far that the source has. */
    void assertNoUnexplainedDelete() throws Exception {
        watch.assertNone();
    }
}
