package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.Timeline.Piece;
import io.weir.applier.disk.Timeline.Version;
import io.weir.posix.Stat;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

/** Which version of a path was there when. */
class TimelineTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long START = 1_700_000_000L * SECOND;

    private static Stat file(long ino, long bornNanos, long changedNanos, long links) {
        return new Stat(1, ino, 0100644, links, 0, 0, 0, START - SECOND, changedNanos, bornNanos, 0);
    }

    private static TrashName thrown(long nanos, long number) {
        return TrashName.of(Instant.EPOCH.plusNanos(nanos), number, 1);
    }

    /**
     * One path's life: written, overwritten by pulls that began a while before, deleted by itself or with a directory above it.
     * Between two events the model is asked.
     */
    @Property(tries = 300)
    void asOfEqualsTheModelBetweenAnyTwoEvents(@ForAll long seed) {
        Random random = new Random(seed);
        List<Piece> pieces = new ArrayList<>();
        TreeMap<Long, Long> model = new TreeMap<>();
        long now = START;
        long number = 0;
        Stat current = null;
        for (int i = 1; i < 20; i++) {
            now += SECOND * (1 + random.nextInt(100));
            long links = random.nextInt(4) == 0 ? 2 : 1;
            if (current != null) {
                boolean isOverwritten = random.nextBoolean();
                boolean isAlone = isOverwritten || random.nextBoolean();
                long begun = isOverwritten ? now - random.nextInt(900_000_000) : now;
                // In a tree that moves the file itself does not change.
                long changed = isAlone ? now + random.nextInt(1_000_000) : current.btimeNanos();
                pieces.add(new Piece(
                        thrown(begun, ++number), file(current.ino(), current.btimeNanos(), changed, current.links())));
                if (!isOverwritten) {
                    current = null;
                    model.put(now, 0L);
                    continue;
                }
            }
            current = file(i, now, now + 1_000, links);
            model.put(now, (long) i);
        }
        if (current != null) {
            pieces.add(new Piece(null, current));
        }

        List<Version> versions = Timeline.of(pieces);

        assertThat(at(versions, START)).isEmpty();
        model.forEach((since, ino) -> assertThat(at(versions, since + SECOND / 2))
                .as("seed %d at %d", seed, since)
                .isEqualTo(ino == 0 ? Optional.empty() : Optional.of(ino)));
    }

    private static Optional<Long> at(List<Version> versions, long nanos) {
        return Timeline.at(versions, nanos).map(version -> version.stat().ino());
    }

    @Test
    void copyOfWhatWasUpdatedInPlaceCountsUntilThenAndTheFileFromThen() {
        long updated = START + 100 * SECOND;
        List<Version> versions = Timeline.of(List.of(
                new Piece(null, file(1, START, updated, 1)),
                new Piece(thrown(updated, 1), file(2, updated + 5_000_000, updated + 6_000_000, 1))));

        assertThat(at(versions, updated - SECOND)).contains(2L);
        assertThat(at(versions, updated + SECOND)).contains(1L);
        assertThat(versions)
                .first()
                .satisfies(copy -> assertThat(copy.fromNanos()).isEqualTo(Timeline.UNKNOWN));
        // By the time of its content it was not there before.
        assertThat(at(versions, START - 2 * SECOND)).isEmpty();
    }

    @Test
    void withoutBirthsTheTimeOfTheContentStandsForIt() {
        long replaced = START + 100 * SECOND;
        List<Version> versions = Timeline.of(List.of(
                new Piece(null, file(1, 0, replaced, 1)), new Piece(thrown(replaced, 1), file(2, 0, replaced, 1))));

        assertThat(at(versions, START)).contains(2L);
        assertThat(at(versions, START - 2 * SECOND)).isEmpty();
        assertThat(at(versions, replaced + 1)).contains(1L);
    }

    @Test
    void namesOfOlderWeirsAreReadAndTimeIsTheOrder() {
        Instant at = Instant.parse("2026-01-02T03:04:05.678901Z");
        TrashName fine = TrashName.of(at, 12, 7);
        assertThat(fine.text()).isEqualTo("20260102T030405-678901-12-7");
        assertThat(TrashName.parse(fine.text())).contains(fine);
        assertThat(TrashName.parse("20260102T030405-9-77").orElseThrow())
                .isEqualTo(new TrashName("20260102T030405-9-77", Instant.parse("2026-01-02T03:04:05Z"), 9))
                .isLessThan(TrashName.parse("20260102T030405-10-77").orElseThrow())
                .isLessThan(fine);
        assertThat(TrashName.parse("20260102T030405")).isEmpty();
        assertThat(TrashName.parse("20260102T030405-mine")).isEmpty();
        assertThat(TrashName.parse("20260142T030405-1-1")).isEmpty();
    }
}
