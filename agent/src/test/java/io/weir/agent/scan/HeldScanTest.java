package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.root.Debt;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What waits until all that a source owes is told. */
@Timeout(120)
class HeldScanTest extends ScannerLives {
    HeldScanTest(@TempDir Path work) throws IOException {
        super(work);
    }

    @Test
    void whatIsHeldFollowsTheAnswerToASuspicionAtOnce() throws Exception {
        sweeps = Duration.ZERO;
        restart();
        assertThat(scanner.hold(() -> told.add("passed"))).isFalse();
        Files.writeString(source.resolve("d/f"), "longer than it was");
        scanner.suspect();

        assertThat(scanner.hold(() -> told.add("passed"))).isTrue();
        scanner.run();

        assertThat(told).containsExactly("CLOSED d/f", "passed");
        assertThat(scanner.hold(() -> told.add("passed"))).as("it was answered").isFalse();
    }

    @Test
    void whatIsHeldDoesNotWaitForTheSweepThatAnswersASuspicion() throws Exception {
        Files.writeString(source.resolve("d/f"), "longer than it was");
        scanner.suspect();
        meanwhile = () -> assertThat(scanner.hold(() -> told.add("passed"))).isTrue();
        scanner.run();
        assertThat(told).as("the sweep ends without an answer").isEmpty();

        scanner.run();

        assertThat(told).containsExactly("CLOSED d/f", "passed");
    }

    @Test
    void whatIsHeldFollowsWhatIsOwedOfBefore() throws Exception {
        owed = new Debt(OptionalLong.empty(), 7);

        assertThat(scanner.hold(() -> told.add("passed"))).isTrue();
        scanner.run();

        assertThat(told).containsExactly("GAP . *", "RESCAN . *", "passed");
    }
}
