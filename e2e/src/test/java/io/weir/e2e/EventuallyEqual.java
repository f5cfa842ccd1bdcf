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

    private EventuallyEqual() {}

    /**
     * Waits; fails with the differences and the end of each process's log.
     *
     * @param skipped what is not compared, with what lies below it
     */
    static void await(Path source, List<Path> replicas, Predicate<RelPath> skipped, List<WeirProcess> processes) {
        for (Path replica : replicas) {
            TreeDiff[] last = new TreeDiff[1];
            try {
                Awaitility.await()
                        .atMost(DEADLINE)
                        .pollInterval(Duration.ofMillis(250))
                        .ignoreExceptionsInstanceOf(IOException.class)
                        .failFast("a process ended", () -> !processes.stream().allMatch(WeirProcess::isAlive))
                        .until(() -> {
                            last[0] = TreeDiff.between(
                                    TreeSnapshot.of(source, skipped), TreeSnapshot.of(replica, skipped));
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

    static String logs(List<WeirProcess> processes) {
        return String.join(
                "\n----\n", processes.stream().map(WeirProcess::logTail).toList());
    }
}
