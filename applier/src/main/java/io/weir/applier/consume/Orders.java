package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries out commands to this replica, each once: its offset passes when all it asked for is settled, so a crash carries it out
 * again, which is harmless, and never loses it. Guarded by the lock of {@link Replication}.
 */
final class Orders {
    private static final int REMEMBERED = 1_000;
    /** By how much the clocks of hosts are expected to differ at most. */
    private static final Duration CLOCKS_DIFFER = Duration.ofMinutes(5);

    private final String replica;
    private final Map<String, SourceState> sources;
    private final DeadLetters letters;
    private final OffsetTracker tracker;
    private final Reports reports;
    private final Questions questions;
    private final Clocks clocks;
    private final Set<String> seen = Collections.newSetFromMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Boolean> eldest) {
            return size() > REMEMBERED;
        }
    });
    private final Instant begun;
    private long next;

    Orders(
            String replica,
            Map<String, SourceState> sources,
            DeadLetters letters,
            OffsetTracker tracker,
            Reports reports,
            Questions questions,
            Clocks clocks) {
        this.replica = replica;
        this.sources = sources;
        this.letters = letters;
        this.tracker = tracker;
        this.reports = reports;
        this.questions = questions;
        this.clocks = clocks;
        begun = clocks.now();
    }

    /** The first offset of the topic of commands that is not settled. */
    long finished() {
        return tracker.finishedCommands(next);
    }

    /** A record that is no command to this replica, or cannot be read. */
    void pass(long offset) {
        next = offset + 1;
    }

    /** Carries out a command and answers it. */
    void take(Command command, long offset) {
        next = offset + 1;
        if (!command.getReplica().equals(replica) || !seen.add(command.getId())) {
            return;
        }
        int all = Math.max(1, command.getPaths().size());
        SourceState source = sources.get(command.getSource());
        noteDoubt(command, source, offset);
        if (clocks.now().isAfter(command.getExpiresAt()) && !questions.isBegun(command)) {
            reports.answer(command, 0, all, "it expired at " + command.getExpiresAt() + "; give it again");
        } else if (source == null && command.getKind() != CommandKind.DROP) {
            reports.answer(command, 0, all, "this replica has no such source; it has " + sources.keySet());
        } else if (command.getKind() == CommandKind.UNKNOWN) {
            reports.answer(command, 0, all, "this version does not know such a command; update the applier");
        } else if (questions.isOne(command) && source != null) {
            questions.take(command, source, Span.command(offset));
        } else {
            int taken = 0;
            for (ByteBuffer path : command.getPaths()) {
                LetterBook.Key key = new LetterBook.Key(command.getSource(), path);
                boolean done = source == null
                        ? drop(key, Span.command(offset))
                        : carryOut(command, source, key, Span.command(offset));
                taken += done ? 1 : 0;
            }
            reports.answer(
                    command,
                    taken,
                    command.getPaths().size() - taken,
                    message(command.getKind(), taken) + afterPause(command.getKind(), taken, source));
        }
    }

    /** One that was given before the start may have been carried out before it. */
    private void noteDoubt(Command command, @Nullable SourceState source, long offset) {
        if (source != null && command.getIssuedAt().isBefore(begun.plus(CLOCKS_DIFFER))) {
            source.hooks().doubt(Span.command(offset));
        }
    }

    private boolean carryOut(Command command, SourceState source, LetterBook.Key key, List<Span> spans) {
        return switch (command.getKind()) {
            case RETRY -> letters.isOf(key, DeadLetterKind.FAILED) && add(source, letters.again(key, spans));
            case APPROVE -> letters.isOf(key, DeadLetterKind.HELD) && approve(source, key, spans);
            case DISCARD -> letters.discard(key, spans);
            case DROP -> drop(key, spans);
            case BASELINE -> baseline(source, key.path(), command.getIssuedBy(), spans);
            case BASELINE_DRY_RUN, CHECKPOINT, VERIFY, REPLAY, REPLAY_DRY_RUN, VERSIONS, RESTORE, UNKNOWN -> false;
        };
    }

    /** What is held is discarded, not dropped: whoever gives the order should know which. */
    private boolean drop(LetterBook.Key key, List<Span> spans) {
        return !letters.isOf(key, DeadLetterKind.HELD) && letters.drop(key, spans);
    }

    private static boolean add(SourceState source, Entry entry) {
        source.backlog().add(entry);
        return true;
    }

    private boolean approve(SourceState source, LetterBook.Key key, List<Span> spans) {
        source.reconciler().approve(RelPath.of(key.path()));
        return add(source, letters.again(key, spans));
    }

    private boolean baseline(SourceState source, ByteBuffer field, String issuedBy, List<Span> spans) {
        Optional<RelPath> found = Questions.path(field);
        if (found.isEmpty()) {
            return false;
        }
        RelPath path = found.get();
        if (path.isRoot()) {
            source.baselineOpen(true);
        }
        List<Span> both = path.isRoot() ? Span.merge(spans, Span.baseline(source.number())) : spans;
        Target target = new Target(path, Backlog.seen(path.isRoot() ? FileType.DIRECTORY : FileType.UNKNOWN), true);
        String by = issuedBy.isEmpty() ? "" : " by " + RelPath.display(issuedBy);
        return add(source, Entry.baseline(target, both, Clocks.micros(clocks.now()), "a baseline was asked for" + by));
    }

    /** What is not done now because the source rests; what only forgets is. */
    private static String afterPause(CommandKind kind, int taken, @Nullable SourceState source) {
        boolean isWork =
                taken > 0 && (kind == CommandKind.RETRY || kind == CommandKind.APPROVE || kind == CommandKind.BASELINE);
        return isWork && source != null && source.pause().isOn()
                ? "; that is done after the pause: " + source.pause().reason()
                : "";
    }

    private String message(CommandKind kind, int taken) {
        return switch (kind) {
            case RETRY -> taken + " failed paths are tried again";
            case DROP -> taken + " dead letters are forgotten";
            case APPROVE -> taken + " held paths are made equal by what the source has now";
            case DISCARD ->
                taken + " held paths are forgotten"
                        + (taken == 0
                                ? ""
                                : "; the replica keeps what it has there, so it differs until those paths change again"
                                        + " or a baseline covers them: `weir baseline " + replica
                                        + " --dry-run` shows what differs");
            case BASELINE ->
                taken
                        + " paths are being made equal with everything below, as far as they are there; --dry-run"
                        + " tells what is";
            case BASELINE_DRY_RUN, CHECKPOINT, VERIFY, REPLAY, REPLAY_DRY_RUN, VERSIONS, RESTORE, UNKNOWN -> "";
        };
    }
}
