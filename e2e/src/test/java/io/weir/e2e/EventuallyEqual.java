package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.Predicate;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * The oracle of the first promise: once the source is at rest every replica becomes equal to it, byte for byte, without a
 * hand. Valid: any time until then. Invalid: a difference that stays, or a process that ended.
 */
final class EventuallyEqual {
    /** Generous: a loaded machine of two cores must never fail a test. {@code -Dweir.deadline.seconds} changes it. */
    static final Duration DEADLINE = Duration.ofSeconds(Integer.getInteger("weir.deadline.seconds", 300));

    /** Between two looks, and as many times more as the last one took: the machine is for the pipeline, not for who waits for it. */
    private static final Duration REST = Duration.ofMillis(100);

    private static final int RESTS_PER_LOOK = 3;
    private static final Duration LONGEST_REST = Duration.ofSeconds(5);

    private EventuallyEqual() {}

    /**
     * Waits; fails with the differences and the end of each process's log.
     *
     * @param skipped what is not compared, with what lies below it
     */
    static void await(Path source, List<Path> replicas, Predicate<RelPath> skipped, List<WeirProcess> processes) {
        for (Path replica : replicas) {
            TreeDiff[] last = new TreeDiff[1];
            Duration[] took = {Duration.ZERO};
            try {
                Awaitility.await()
                        .atMost(DEADLINE)
                        .pollInterval((looks, before) -> rest(took[0]))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .failFast("a process ended", () -> !processes.stream().allMatch(WeirProcess::isAlive))
                        .until(() -> {
                            long begun = System.nanoTime();
                            try {
                                last[0] = difference(source, replica, skipped);
                            } finally {
                                took[0] = Duration.ofNanos(System.nanoTime() - begun);
                            }
                            return last[0].isEmpty();
                        });
            } catch (ConditionTimeoutException | org.awaitility.core.TerminalFailureException e) {
                throw new AssertionError(
                        replica.getFileName() + " does not become equal to the source (" + e.getMessage() + "):\n"
                                + last[0] + "\nlogs end with:\n" + logs(processes),
                        e);
            }
        }
        assertThat(processes).as("processes that run").allMatch(WeirProcess::isAlive);
    }

    private static Duration rest(Duration look) {
        Duration rest = REST.plus(look.multipliedBy(RESTS_PER_LOOK));
        return rest.compareTo(LONGEST_REST) < 0 ? rest : LONGEST_REST;
    }

    /** Everything is compared before they are called equal; contents only when nothing else differs. */
    private static TreeDiff difference(Path source, Path replica, Predicate<RelPath> skipped) throws IOException {
        TreeDiff outlines =
                TreeDiff.between(TreeSnapshot.outline(source, skipped), TreeSnapshot.outline(replica, skipped));
        return outlines.isEmpty()
                ? TreeDiff.between(TreeSnapshot.of(source, skipped), TreeSnapshot.of(replica, skipped))
                : outlines;
    }

    static String logs(List<WeirProcess> processes) {
        return String.join(
                "\n----\n", processes.stream().map(WeirProcess::logTail).toList());
    }
}
