package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Outcome;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** What a letter keeps when its path fails again, and how few letters there are however much fails. */
class DeadLettersTest {
    private static final String TOPIC = "weir.deadletters";

    private final RecordingOutbox outbox = new RecordingOutbox();
    private final OffsetTracker tracker = new OffsetTracker();
    private final DeadLetters letters = new DeadLetters(
            "backup1",
            TOPIC,
            outbox,
            tracker,
            new Clocks(() -> Instant.EPOCH, () -> 0),
            new DeadLetterSchedule(Duration.ofMinutes(10), Duration.ofHours(10)),
            new Object());

    private static Map<RelPath, Outcome.Stopped> path(String path, boolean recursive, String reason) {
        return Map.of(RelPath.of(path), new Outcome.Stopped(recursive, reason));
    }

    private static Map<RelPath, Outcome.Stopped> many(String directory, int count) {
        Map<RelPath, Outcome.Stopped> paths = new TreeMap<>();
        for (int i = 0; i < count; i++) {
            paths.put(RelPath.of(directory + "/f" + i), new Outcome.Stopped(false, "read only"));
        }
        return paths;
    }

    private List<DeadLetter> standing() {
        return outbox.standing(TOPIC).stream()
                .map(sent -> RecordSerde.of(DeadLetter.class).decode(sent.bytes()))
                .toList();
    }

    private void assertCovered(Map<RelPath, Outcome.Stopped> paths) {
        List<DeadLetter> all = standing();
        assertThat(paths.keySet())
                .allMatch(path -> all.stream().anyMatch(letter -> {
                    RelPath of = RelPath.of(letter.getPath());
                    return of.equals(path) || (letter.getRecursive() && (of.isRoot() || path.isBelow(of)));
                }));
    }

    @Test
    void whatIsHeldStaysHeldWhenItFailsToo() {
        letters.held("data", path("d", true, "too many deletes"), Span.of(0, 1), p -> false);
        letters.failed("data", path("d", false, "permission denied"), Span.of(0, 2));
        letters.failed("data", path("d", false, "no such device"), Span.of(0, 3));

        assertThat(standing()).singleElement().satisfies(letter -> {
            assertThat(letter.getKind()).isEqualTo(DeadLetterKind.HELD);
            assertThat(letter.getRecursive()).isTrue();
            assertThat(letter.getReason()).isEqualTo("too many deletes; later: no such device");
            assertThat(letter.getAttempts()).isEqualTo(3);
        });
        assertThat(letters.held("data")).isEqualTo(1);
    }

    @Test
    void whatStandsForAWholeDirectoryGoesOnToDoSo() {
        letters.failed("data", path("d", true, "listing failed"), Span.of(0, 1));
        letters.failed("data", path("d", false, "permission denied"), Span.of(0, 2));

        assertThat(standing()).singleElement().satisfies(letter -> {
            assertThat(letter.getRecursive()).isTrue();
            assertThat(letter.getReason()).isEqualTo("permission denied");
        });
    }

    @Test
    void failedPathThatIsHeldNowWaitsForAPerson() {
        letters.failed("data", path("d", true, "listing failed"), Span.of(0, 1));
        letters.held("data", path("d", false, "too many deletes"), Span.of(0, 2), p -> false);

        assertThat(standing()).singleElement().satisfies(letter -> {
            assertThat(letter.getKind()).isEqualTo(DeadLetterKind.HELD);
            assertThat(letter.getRecursive()).isTrue();
        });
    }

    @Test
    void discardingWhatIsHeldLeavesWhatFailedThereToo() {
        letters.held("data", many("d", 101), Span.of(0, 1), p -> false);
        letters.failed("data", many("d", 101), Span.of(0, 2));
        LetterBook.Key d = new LetterBook.Key("data", RelPath.of("d").toField());

        assertThat(letters.discard(d, Span.command(7))).isTrue();
        assertThat(standing()).singleElement().satisfies(letter -> {
            assertThat(letter.getKind()).isEqualTo(DeadLetterKind.FAILED);
            assertThat(letter.getRecursive()).isTrue();
            assertThat(letter.getReason()).isEqualTo("read only");
        });
        assertThat(letters.discard(d, Span.command(8)))
                .as("nothing is held any more")
                .isFalse();
        assertThat(letters.drop(d, Span.command(9))).isTrue();
        assertThat(standing()).isEmpty();
    }

    @Test
    void whatFailedIsKeptWhenThePathIsHeldAfterThatUnlessAllOfItWasLookedAt() {
        letters.failed("data", many("d", 101), Span.of(0, 1));
        letters.held("data", many("d", 101), Span.of(0, 2), p -> false);
        letters.held("data", many("d", 101), Span.of(0, 3), p -> false);
        assertThat(standing()).singleElement().satisfies(letter -> {
            assertThat(letter.getKind()).isEqualTo(DeadLetterKind.HELD);
            assertThat(letter.getReason()).isEqualTo("read only; later: read only");
        });

        letters.held("data", path("d/f1", false, "too many deletes"), Span.of(0, 4), p -> false);
        letters.held("data", path(".", true, "too many deletes"), Span.of(0, 5), p -> false);
        assertThat(standing())
                .as("also when a directory above comes to stand for it")
                .singleElement()
                .satisfies(letter -> assertThat(letter.getReason()).isEqualTo("too many deletes; later: read only"));

        letters.held("data", path(".", true, "too many deletes"), Span.of(0, 6), path -> true);
        assertThat(letters.discard(new LetterBook.Key("data", RelPath.ROOT.toField()), Span.command(7)))
                .isTrue();
        assertThat(standing()).isEmpty();
    }

    @Test
    void failuresThatAHeldDirectoryCoversEnd() {
        letters.held("data", path("a", true, "too many deletes"), Span.of(0, 1), p -> false);
        Map<RelPath, Outcome.Stopped> all = new TreeMap<>();
        for (int i = 0; i < 120; i++) {
            Map<RelPath, Outcome.Stopped> failed = many("a/b" + i, 10);
            letters.failed("data", failed, Span.of(0, i + 2));
            all.putAll(failed);
        }

        assertThat(letters.count("data")).isLessThanOrEqualTo(DeadLetters.OF_A_SOURCE);
        assertThat(standing()).hasSize(letters.count("data"));
        assertCovered(all);
    }

    @Test
    void failuresOfOneJobAreFewLetters() {
        Map<RelPath, Outcome.Stopped> failed = many("a/b", 5_000);
        failed.putAll(many("c", 20));
        letters.failed("data", failed, Span.of(0, 1));

        assertThat(standing()).hasSizeLessThanOrEqualTo(DeadLetters.OF_ONE_JOB);
        assertCovered(failed);
        assertThat(letters.count("data")).isEqualTo(standing().size());
    }

    @Test
    void failuresOfASourceAreFewLettersInMemoryAndInTheTopic() {
        Map<RelPath, Outcome.Stopped> all = new TreeMap<>();
        for (int i = 0; i < 50; i++) {
            Map<RelPath, Outcome.Stopped> failed = many("a" + i % 5 + "/b" + i, 90);
            letters.failed("data", failed, Span.of(0, i));
            all.putAll(failed);
            assertThat(letters.count("data")).isLessThanOrEqualTo(DeadLetters.OF_A_SOURCE);
        }

        assertCovered(all);
        assertThat(standing()).hasSize(letters.count("data"));
        assertThat(letters.count("other")).isZero();
    }

    @Test
    void lettersEndOnlyAfterTheOneThatCoversThemIsInTheTopic() {
        Map<RelPath, Outcome.Stopped> all = new TreeMap<>();
        for (int i = 0; i < 11; i++) {
            Map<RelPath, Outcome.Stopped> failed = many("a/b" + i, 90);
            all.putAll(failed);
            letters.failed("data", failed, Span.of(0, i));
        }
        outbox.hold();
        Map<RelPath, Outcome.Stopped> last = many("a/c", 90);
        all.putAll(last);
        letters.failed("data", last, Span.of(0, 11));

        assertThat(outbox.to(TOPIC)).noneMatch(sent -> sent.value() == null);
        tracker.read(0, 12);
        assertThat(tracker.finished()).containsEntry(0, 11L);
        outbox.answer(null);
        assertThat(standing()).hasSizeLessThan(20);
        assertCovered(all);
        assertThat(tracker.finished()).containsEntry(0, 12L);
    }

    @Test
    void forgedPathsAreFewLettersToo() {
        for (int i = 0; i < 3_000; i++) {
            ByteBuffer path = ByteBuffer.wrap(("../" + i).getBytes(StandardCharsets.UTF_8));
            letters.refused("data", new Reading.Refusal(DeadLetterKind.REFUSED, path, false, "refused"), Span.of(0, i));
            letters.refused(
                    "data",
                    new Reading.Refusal(DeadLetterKind.UNDECODABLE, ByteBuffer.allocate(0), true, "no batch"),
                    Span.of(1, i));
        }

        assertThat(letters.count("data")).isEqualTo(2 * (DeadLetters.OF_A_SOURCE + 1));
        assertThat(standing())
                .hasSize(letters.count("data"))
                .filteredOn(letter -> letter.getAttempts() == 2_000)
                .hasSize(2);
        standing().forEach(letters::load);
        assertThat(letters.count("data"))
                .as("loaded by the same keys")
                .isEqualTo(standing().size());
    }
}
