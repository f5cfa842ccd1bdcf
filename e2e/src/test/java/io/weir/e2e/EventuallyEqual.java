package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/**
 * The oracle of the first promise: once the source is at rest every replica becomes equal to it, byte for byte, without a
 * hand. Valid: any time until then. Invalid: a difference that stays, or a process that ended.
 */
final class EventuallyEqual {
    /** Generous: a loaded machine of two cores must never fail a test. */
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    private EventuallyEqual() {}

    /** Waits; fails with the differences and the end of each process's log. */
    static void await(Path source, List<Path> replicas, List<WeirProcess> processes) {
        for (Path replica : replicas) {
            Awaitility.await(replica.getFileName() + " equals the source")
                    .atMost(DEADLINE)
                    .pollInterval(Duration.ofMillis(250))
                    .ignoreExceptionsInstanceOf(IOException.class)
                    .untilAsserted(() -> assertThat(TreeDiff.between(TreeSnapshot.of(source), TreeSnapshot.of(replica))
                                    .lines())
                            .as("differences of %s; logs end with:%n%s", replica.getFileName(), logs(processes))
                            .isEmpty());
        }
        assertThat(processes).as("processes that run").allMatch(WeirProcess::isAlive);
    }

    private static String logs(List<WeirProcess> processes) {
        return String.join(
                "\n----\n", processes.stream().map(WeirProcess::logTail).toList());
    }
}
