package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class ChurnTest {
    private final Path temp;

    ChurnTest(@TempDir Path temp) {
        this.temp = temp;
    }

    @Test
    void doesEverythingSideBySideAndStaysBounded() throws Exception {
        int most = 300;
        Churn.Report report = new Churn(temp, new Churn.Plan(7, 3, most, Duration.ZERO)).runSteps(3000);
        assertThat(report.done().keySet()).isEqualTo(EnumSet.allOf(Churn.Operation.class));
        assertThat(report.total() + report.missed()).isEqualTo(9000);
        assertThat(report.total()).isGreaterThan(report.missed());
        TreeSnapshot tree = TreeSnapshot.of(temp);
        // A full subtree is noticed late, and moves from elsewhere still reach it.
        assertThat(tree.size()).isBetween(100, 10 * most);
        Set<Kind> kinds =
                tree.nodes().values().stream().map(TreeSnapshot.Node::kind).collect(Collectors.toSet());
        assertThat(kinds).contains(Kind.FILE, Kind.DIRECTORY, Kind.SYMLINK, Kind.FIFO);
        assertThat(tree.nodes().values())
                .anySatisfy(n -> assertThat(n.linkedWith()).isNotNull());
    }

    /** Alone, with no other writer to meet, a seed gives the same tree but for its times. */
    @Test
    void repeatsItselfBySeed(@TempDir Path other) throws Exception {
        assertThat(names(temp, 11)).isEqualTo(names(other, 11));
    }

    private static String names(Path root, long seed) throws IOException, InterruptedException {
        new Churn(root, Churn.Plan.of(seed, 1)).runSteps(400);
        return TreeSnapshot.of(root).nodes().entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue().kind() + " "
                        + e.getValue().content())
                .collect(Collectors.joining("\n"));
    }

    @Test
    void runsForATime() throws Exception {
        Churn.Plan plan = new Churn.Plan(3, 2, 100, Duration.ofMillis(1));
        assertThat(new Churn(temp, plan).runFor(Duration.ofMillis(200)).total()).isPositive();
    }
}
