package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.root.Debt;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What a start, a sweep and a suspicion tell. */
@Timeout(120)
class ScannerTest extends ScannerLives {
    ScannerTest(@TempDir Path work) throws IOException {
        super(work);
    }

    @Test
    void aQuietSourceTellsNothing() throws Exception {
        assertThat(catchUp()).isEmpty();
    }

    @Test
    void onlyWhatChangedIsTold() throws Exception {
        Files.delete(source.resolve("d/f"));
        Files.move(source.resolve("d/sub"), source.resolve("moved"));
        Files.writeString(source.resolve("new"), "new");

        assertThat(catchUp())
                .containsExactly(
                        "ATTRIBUTES d", "DELETED d/f", "DELETED d/sub *", "MOVED moved < d/sub *", "CLOSED new");
        restart();
        // The names below it are not known yet.
        assertThat(catchUp()).containsExactly("RESCAN moved *");
    }

    @Test
    void anOldTimeHidesNothing() throws Exception {
        Path old = source.resolveSibling("old");
        Files.createDirectories(old.resolve("tree"));
        Files.writeString(old.resolve("tree/f"), "f");
        Files.setLastModifiedTime(old.resolve("tree/f"), FileTime.fromMillis(1));
        Files.writeString(source.resolve("top"), "pot");
        Files.setLastModifiedTime(source.resolve("top"), FileTime.fromMillis(1));
        Files.move(old.resolve("tree"), source.resolve("tree"));

        assertThat(catchUp()).containsExactly("CLOSED top", "CREATED tree *");
    }

    @Test
    void whatIsNotAcknowledgedIsToldAgain() throws Exception {
        Files.writeString(source.resolve("new"), "new");
        Files.delete(source.resolve("top"));
        acknowledges = false;
        assertThat(catchUp()).containsExactly("CLOSED new", "DELETED top");
        Files.delete(source.resolve("new"));
        acknowledges = true;
        restart();

        // A replica may have either of them.
        assertThat(catchUp()).contains("DELETED new", "DELETED top");
        restart();
        assertThat(catchUp()).isEmpty();
    }

    @Test
    void aDamagedInventoryIsARescan() throws Exception {
        byte[] bytes = Files.readAllBytes(state.resolve("data.inventory"));
        bytes[bytes.length / 2] ^= 1;
        Files.write(state.resolve("data.inventory"), bytes);

        assertThat(catchUp()).containsExactly("RESCAN . *");
        sweep();
        restart();
        assertThat(catchUp()).isEmpty();
    }

    @Test
    void aMissingOrForeignInventoryIsARescan() throws Exception {
        Files.delete(state.resolve("data.inventory"));
        assertThat(catchUp()).containsExactly("RESCAN . *");
        sweep();
        Path marker;
        try (var markers = Files.list(source.resolve(".weir"))) {
            marker = markers.findFirst().orElseThrow();
        }
        Files.delete(marker);
        restart();
        assertThat(catchUp()).containsExactly("RESCAN . *");
    }

    @Test
    void aClockThatIsSetBackEndsLearning() throws Exception {
        acknowledged(ChangeKind.MOVED, "d");
        clockBack.set(TimeUnitMicros.HOUR);

        sweep();

        assertThat(told).contains("RESCAN d *");
    }

    @Test
    void aSweepTellsWhatNoEventToldAndCountsIt() throws Exception {
        Files.writeString(source.resolve("d/f"), "no event");
        Files.writeString(source.resolve("top"), "an event");
        double before = swept();

        sweep();

        assertThat(told).contains("CLOSED d/f", "CLOSED top");
        assertThat(swept() - before).isEqualTo(2);
    }

    private double swept() {
        return metrics.get("weir.agent.scan.found")
                .tag("kind", "sweep")
                .counter()
                .count();
    }

    @Test
    void aSweepDoesNotCountWhatAnEventToldMeanwhile() throws Exception {
        Files.writeString(source.resolve("top"), "an event");
        meanwhile = () -> acknowledged(ChangeKind.CLOSED, "top");

        sweep();

        assertThat(told).doesNotContain("CLOSED top");
    }

    @Test
    void aSweepIsDiscardedWhenEventsAreLostMeanwhile() throws Exception {
        Files.createDirectories(source.resolve("d/made"));
        acknowledged(ChangeKind.MOVED, "d");
        meanwhile = () -> {
            scanner.doubt();
            scanner.catchUp("overflow");
        };

        sweep();

        assertThat(told).contains("RESCAN d *");
    }

    @Test
    void whatIsExcludedNowIsNotToldToBeGone() throws Exception {
        excludes = PathRules.of(List.of("/d/"));
        restart();

        assertThat(catchUp()).isEmpty();
    }

    @Test
    void afterABootTheTailOfTheHistoryIsRepeated() throws Exception {
        long noted = System.currentTimeMillis();
        owed = new Debt(OptionalLong.of(noted), 0);
        scanner.run();

        assertThat(asked).containsExactly(noted - Duration.ofMinutes(10).toMillis());
        assertThat(told).contains("CLOSED d/f");
        scanner.run();
        assertThat(owed.isNone()).isTrue();
    }

    @Test
    void whatIsOwedIsRepeatedInTheNextLifeUnlessKafkaHasIt() throws Exception {
        sweeps = Duration.ofHours(1);
        restart();
        owed = new Debt(OptionalLong.of(System.currentTimeMillis()), 0);
        oldest = 1;
        scanner.run();
        scanner.run();
        assertThat(told).containsOnlyOnce("CLOSED d/f");
        assertThat(owed.isNone()).isFalse();

        restart();
        scanner.run();
        assertThat(told).contains("CLOSED d/f");
        oldest = Long.MAX_VALUE;
        scanner.run();
        assertThat(owed.isNone()).isTrue();
    }

    @Test
    void afterAnotherAgentEverythingIsRescannedAndLearnedAnew() throws Exception {
        Path theirs = Files.writeString(source.resolve("theirs"), "made and published while this one was away");
        owed = new Debt(OptionalLong.empty(), 77);
        scanner.run();
        assertThat(told).containsExactly("GAP . *", "RESCAN . *");
        sweep();
        assertThat(owed.isNone()).isTrue();
        restart();
        Files.delete(theirs);

        assertThat(catchUp()).containsExactly("DELETED theirs");
    }

    @Test
    void aJournalThatCannotBeBegunEndsTheInventory() throws Exception {
        Files.createDirectory(state.resolve("data.journal-" + (lastJournal() + 1)));
        Files.writeString(source.resolve("unnoted"), "published while nothing is noted");

        assertThat(catchUp()).containsExactly("RESCAN . *");
        assertThat(state.resolve("data.inventory")).doesNotExist();
        restart();
        assertThat(catchUp()).containsExactly("RESCAN . *");
    }

    @Test
    void noInventoryIsKeptOfATimeInWhichANoteWasLost() throws Exception {
        Files.writeString(source.resolve("f"), "f");
        meanwhile = this::loseANote;
        scanner.run();

        assertThat(state.resolve("data.inventory")).doesNotExist();
        restart();
        assertThat(catchUp()).containsExactly("RESCAN . *");
    }

    @Test
    void noSweepBeginsWhileKafkaIsAway() throws Exception {
        acknowledged(ChangeKind.MOVED, "d");
        long journal = lastJournal();
        oldest = 1;
        scanner.run();

        assertThat(lastJournal()).isEqualTo(journal);
        assertThat(told).isEmpty();
    }

    @Test
    void whatASweepCouldNotLearnIsLearnedByTheNext() throws Exception {
        sweeps = Duration.ofHours(1);
        restart();
        acknowledged(ChangeKind.MOVED, "d");
        meanwhile = this::breakTheSweep;
        scanner.run();
        scanner.run();
        restart();

        assertThat(catchUp()).isEmpty();
    }

    @Test
    void aSweepThatFailedIsTriedAgainBeforeTheNextIsDue() throws Exception {
        sweeps = Duration.ofHours(1);
        restart();
        Files.writeString(source.resolve("d/f"), "no event");
        sweep();
        assertThat(told).as("no sweep is due").isEmpty();
        passedNanos.set(Duration.ofHours(1).toNanos());
        meanwhile = this::breakTheSweep;
        scanner.run();
        assertThat(told).isEmpty();

        scanner.run();
        assertThat(told).containsExactly("CLOSED d/f");
        Files.writeString(source.resolve("d/f"), "no event again");
        sweep();
        assertThat(told).as("the next is due after the interval").containsExactly("CLOSED d/f");
    }

    private void breakTheSweep() {
        try {
            Files.delete(state.resolve("data.journal-" + lastJournal()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void loseANote() {
        Path inTheWay = state.resolve("data.journal-" + lastJournal());
        assertThatThrownBy(() -> ((Journal) scanner.log()).rotate(inTheWay)).isInstanceOf(IOException.class);
    }

    private long lastJournal() {
        try (Stream<Path> files = Files.list(state)) {
            return files.map(file -> file.getFileName().toString())
                    .filter(name -> name.startsWith("data.journal-"))
                    .mapToLong(name -> Long.parseLong(name.substring("data.journal-".length())))
                    .max()
                    .orElseThrow();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void progressIsAgainstWhatTheInventoryHas() throws Exception {
        assertThat(scanner.progress()).isNull();
        AtomicReference<String> seen = new AtomicReference<>();
        meanwhile = () -> seen.set(scanner.progress());
        scanner.run();

        // d, d/f, d/sub, d/sub/g, top
        assertThat(seen.get()).startsWith("sweeping, 5 of about 5 (100 %) entries looked at");
        assertThat(scanner.progress()).isNull();
    }

    @Test
    void aSuspicionIsSweptFor() throws Exception {
        sweeps = Duration.ZERO;
        restart();
        Files.writeString(source.resolve("d/f"), "longer than it was");
        sweep();
        assertThat(told).as("no reason to sweep").isEmpty();

        scanner.suspect();
        sweep();

        assertThat(told).containsExactly("CLOSED d/f");
    }
}
