package io.weir.applier.consume;

import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.ReplayOrder;
import io.weir.service.WeirException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Applies a part of the history again: what batches of a time named is reconciled by what the source has now, while the stream goes on.
 * Guarded by the lock of {@link Replication}, but for the reading.
 */
final class Replayer {
    private final Reports reports;
    private final Clocks clocks;
    private final Asides asides;
    private final int maxPaths;
    private @Nullable History history;

    Replayer(Reports reports, Clocks clocks, Asides asides, int maxPaths) {
        this.reports = reports;
        this.clocks = clocks;
        this.asides = asides;
        this.maxPaths = maxPaths;
    }

    /** Where batches of the past are. */
    void history(History found) {
        history = found;
    }

    /** Carries out an order to replay, or says what it would be. */
    void ask(Command command, SourceState source, List<Span> spans) {
        History past = history;
        ReplayOrder order = command.getReplay();
        if (past == null || order == null) {
            reports.answer(command, 0, 1, "it does not say which time to replay");
            return;
        }
        PathRules rules;
        try {
            rules = order.getGlob() == null ? PathRules.NONE : PathRules.of(List.of(order.getGlob()));
        } catch (IllegalArgumentException e) {
            reports.answer(command, 0, 1, String.valueOf(e.getMessage()));
            return;
        }
        asides.add(new Asides.Asked(
                "replay of source " + source.name(), spans, () -> replay(command, source, spans, past, order, rules)));
    }

    /** Without the lock. */
    private Runnable replay(
            Command command, SourceState source, List<Span> spans, History past, ReplayOrder order, PathRules rules)
            throws InterruptedException {
        Gathering found = new Gathering(rules, spans);
        History.Range range;
        try {
            range = past.read(source.name(), order.getFrom(), order.getTo(), reading -> {
                found.take(reading);
                source.readsPast(reading.offset());
            });
        } catch (WeirException e) {
            return () -> reports.answer(command, 0, 1, String.valueOf(e.getMessage()));
        } finally {
            source.readsPast(-1);
        }
        List<Entry> entries = found.entries();
        Replayed replayed = new Replayed(range, entries.size(), found.words(range));
        if (command.getKind() == CommandKind.REPLAY_DRY_RUN) {
            Differences now =
                    source.reconciler().dryRun(entries.stream().map(Entry::path).toList());
            return () -> reports.replayDryRun(command, replayed, now);
        }
        return () -> {
            entries.forEach(source.backlog()::add);
            source.replays(spans, entries.size());
            reports.replayed(command, replayed);
        };
    }

    /** What a replay is of: where its batches are, how many paths or whole directories they named, and that in words. */
    record Replayed(History.Range range, int paths, String words) {}

    /** What batches of the past named, merged. Confined to one thread. */
    private final class Gathering {
        private final PathRules rules;
        private final List<Span> spans;
        /** Merges and collapses as the real one does; its offsets are nobody's. */
        private final Backlog merged = new Backlog(maxPaths, new OffsetTracker());

        private long batches;
        private long wholes;

        Gathering(PathRules rules, List<Span> spans) {
            this.rules = rules;
            this.spans = spans;
        }

        void take(Reading reading) {
            batches++;
            for (Entry each : reading.entries()) {
                take(each.target());
            }
            if (reading.refusals().stream().anyMatch(each -> each.kind() == DeadLetterKind.UNDECODABLE)) {
                // It may have named any path.
                take(new Target(RelPath.ROOT, Backlog.seen(FileType.DIRECTORY), true));
            }
        }

        private void take(Target target) {
            if (rules.isEmpty() || rules.matches(target.path())) {
                // What was observed then says nothing of now; only which names were of one inode is worth knowing.
                Observed then = target.observed();
                Observed seen = Observed.newBuilder()
                        .setType(target.path().isRoot() ? FileType.DIRECTORY : FileType.UNKNOWN)
                        .setLinks(then.getLinks())
                        .setDev(then.getDev())
                        .setIno(then.getIno())
                        .build();
                Target now = new Target(target.path(), seen, target.recursive());
                merged.add(new Entry(now, spans, Clocks.micros(clocks.now()), Entry.AT_ONCE));
            } else if (target.recursive()) {
                wholes++;
            }
        }

        List<Entry> entries() {
            Optional<Job> all = merged.next(Integer.MAX_VALUE, 0);
            return all.map(Job::entries).orElse(List.of());
        }

        String words(History.Range range) {
            String text = batches == 0
                    ? "no batch of that time"
                    : String.format(
                            Locale.ROOT,
                            "%,d batches, offsets %d to %d of partition %d",
                            batches,
                            range.first(),
                            range.end() - 1,
                            range.partition());
            return wholes == 0
                    ? text
                    : text
                            + String.format(
                                    Locale.ROOT,
                                    "; %,d whole directories in them do not match and are left out",
                                    wholes);
        }
    }
}
