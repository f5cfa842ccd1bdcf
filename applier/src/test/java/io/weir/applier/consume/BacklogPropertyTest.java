package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Random batches, lanes, failures and orders of completion: nothing is lost, nothing collides, no offset passes early. */
class BacklogPropertyTest {
    private static final String[] NAMES = {"a", "b", "c"};

    /** What has to happen before an offset may pass: a call, begun after the path came in, that covers the path. */
    private final Map<RelPath, List<Long>> open = new HashMap<>();

    private final List<Job> running = new ArrayList<>();
    private final Map<Job, Long> begun = new HashMap<>();

    @Property(tries = 400)
    void losesNothing(@ForAll long seed) {
        Random random = new Random(seed);
        open.clear();
        running.clear();
        begun.clear();
        OffsetTracker tracker = new OffsetTracker();
        Backlog backlog = new Backlog(random.nextBoolean() ? 6 : 1000, tracker);
        long offset = 0;
        for (int step = 0; step < 120; step++) {
            int what = random.nextInt(10);
            if (what < 4) {
                offset = addBatch(backlog, random, offset);
                tracker.read(0, offset);
            } else if (what < 7 && running.size() < 4) {
                begin(backlog, random, offset, step);
            } else if (!running.isEmpty()) {
                end(backlog, random, random.nextInt(4) == 0);
            }
            check(tracker, offset);
        }
        long clock = 1_000_000_000_000L;
        while (!backlog.isIdle()) {
            begin(backlog, random, offset, clock++);
            assertThat(running).as("nothing under way but not idle").isNotEmpty();
            end(backlog, random, false);
            check(tracker, offset);
        }
        assertThat(open).isEmpty();
        if (offset > 0) {
            assertThat(tracker.finished()).containsEntry(0, offset);
        }
    }

    private long addBatch(Backlog backlog, Random random, long offset) {
        int count = 1 + random.nextInt(4);
        for (int i = 0; i < count; i++) {
            Entry entry = random(random, offset);
            open.computeIfAbsent(entry.path(), p -> new ArrayList<>()).add(offset);
            backlog.add(entry);
        }
        return offset + 1;
    }

    private static Entry random(Random random, long offset) {
        StringBuilder path = new StringBuilder(NAMES[random.nextInt(3)]);
        while (random.nextInt(3) > 0 && path.length() < 7) {
            path.append('/').append(NAMES[random.nextInt(3)]);
        }
        return switch (random.nextInt(6)) {
            case 0 -> Paths.tree(random.nextInt(5) == 0 ? "." : path.toString(), offset);
            case 1 -> Paths.absent(path.toString(), offset);
            case 2 -> Paths.linked(path.toString(), 1 + random.nextInt(2), offset);
            case 3 -> Paths.entry(path.toString(), FileType.DIRECTORY, random.nextBoolean(), offset);
            case 4 -> {
                String from = NAMES[random.nextInt(3)];
                yield from.contentEquals(path)
                        ? Paths.file(path.toString(), offset)
                        : Paths.moved(path.toString(), from, offset);
            }
            default -> Paths.file(path.toString(), offset);
        };
    }

    private void begin(Backlog backlog, Random random, long offset, long clock) {
        Optional<Job> next = backlog.next(1 + random.nextInt(5), clock);
        next.ifPresent(job -> {
            for (Job other : running) {
                assertDisjoint(job, other);
            }
            running.add(job);
            begun.put(job, offset);
        });
    }

    private static void assertDisjoint(Job job, Job other) {
        for (RelPath mine : job.reserved()) {
            for (RelPath theirs : other.reserved()) {
                assertThat(mine.equals(theirs) || mine.isBelow(theirs) || theirs.isBelow(mine))
                        .as("%s and %s side by side", mine, theirs)
                        .isFalse();
            }
        }
        assertThat(Collections.disjoint(job.links(), other.links())).isTrue();
    }

    private void end(Backlog backlog, Random random, boolean fails) {
        Job job = running.remove(random.nextInt(running.size()));
        if (fails) {
            backlog.failed(job);
            return;
        }
        long until = begun.getOrDefault(job, 0L);
        for (Entry entry : job.entries()) {
            open.replaceAll((path, offsets) -> {
                boolean covered = path.equals(entry.path()) || (entry.isRecursive() && path.isBelow(entry.path()));
                return covered ? offsets.stream().filter(o -> o >= until).toList() : offsets;
            });
            open.replaceAll((path, offsets) -> new ArrayList<>(offsets));
        }
        open.values().removeIf(List::isEmpty);
        backlog.settled(job, List.of());
    }

    private void check(OffsetTracker tracker, long read) {
        long oldest = open.values().stream()
                .flatMap(List::stream)
                .mapToLong(o -> o)
                .min()
                .orElse(read);
        if (read > 0) {
            assertThat(tracker.finished().getOrDefault(0, 0L)).isLessThanOrEqualTo(oldest);
        }
    }
}
