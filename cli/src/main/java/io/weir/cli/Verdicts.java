package io.weir.cli;

import io.weir.schemas.Change;
import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Status;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Decides how a path is on a replica, by what the topics say. Pure. */
final class Verdicts {
    private final RelPath path;
    private final Optional<String> exclusion;
    private final @Nullable Change newest;
    private final @Nullable Carried carried;
    private final List<Letter> letters;
    private final List<Result> results;
    private final StatusView now;
    private final AtSource.State atSource;

    /**
     * What is known.
     *
     * @param exclusion why the path is never replicated, if it is not
     * @param newest the newest change of the path; null when none was found
     * @param carried the newest batch that it is in; null when none was found
     * @param letters the dead letters that stand, of whatever path and replica
     * @param results of whatever batches and replica
     * @param now tells who is silent
     * @param atSource what an equal replica has of it
     */
    Verdicts(
            RelPath path,
            Optional<String> exclusion,
            @Nullable Change newest,
            @Nullable Carried carried,
            List<Letter> letters,
            List<Result> results,
            StatusView now,
            AtSource.State atSource) {
        this.path = path;
        this.exclusion = exclusion;
        this.newest = newest;
        this.carried = carried;
        this.letters = letters;
        this.results = results;
        this.now = now;
        this.atSource = atSource;
    }

    /** How the path is on the replica whose applier said this last. */
    Verdict of(Status applier) {
        String replica = String.valueOf(applier.getReplica());
        if (exclusion.isPresent()) {
            return new Verdict(replica, Verdict.Kind.EXCLUDED, null, 0, "not replicated, " + exclusion.get());
        }
        if (applier.getState() == ComponentState.PROMOTED) {
            return new Verdict(replica, Verdict.Kind.PROMOTED, null, 0, "is the source itself, since it was promoted");
        }
        Verdict verdict = letter(replica, applier).orElseGet(() -> position(replica, applier));
        return new Verdict(
                verdict.replica(), verdict.kind(), verdict.since(), verdict.behind(), verdict.text() + state(applier));
    }

    private Optional<Verdict> letter(String replica, Status applier) {
        return letters.stream()
                .filter(each ->
                        each.key().replica().isEmpty() || each.key().replica().equals(replica))
                .filter(each -> each.key().source().equals(applier.getSource()))
                .filter(this::isOfPath)
                .findFirst()
                .map(letter -> {
                    boolean isHeld = letter.body().getKind() == DeadLetterKind.HELD;
                    String of = letter.path().equals(path.toString()) ? "" : " of " + letter.path();
                    return new Verdict(
                            replica,
                            isHeld ? Verdict.Kind.HELD : Verdict.Kind.DEAD_LETTER,
                            null,
                            0,
                            (isHeld ? "held" : "dead letter") + of + ": "
                                    + letter.body().getReason());
                });
    }

    private boolean isOfPath(Letter letter) {
        try {
            RelPath of = RelPath.of(letter.key().path());
            return of.equals(path) || (letter.body().getRecursive() && path.isBelow(of));
        } catch (IllegalArgumentException e) {
            // A record that cannot be read, or a path that is none.
            return false;
        }
    }

    private Verdict position(String replica, Status applier) {
        Carried batch = carried;
        if (newest != null && (batch == null || !batch.holds(newest))) {
            return new Verdict(replica, Verdict.Kind.WAITING, null, 0, "waiting, the newest change is in no batch yet");
        }
        if (batch == null) {
            return new Verdict(
                    replica, Verdict.Kind.QUIET, null, 0, "nothing of it is on its way, or was in the time looked at");
        }
        if (applier.getPartition() != batch.partition() || applier.getOffset() < 0) {
            return new Verdict(
                    replica, Verdict.Kind.UNKNOWN, null, 0, "unknown, it has not said how far in the batches it is");
        }
        long behind = batch.offset() - applier.getOffset() + 1;
        if (behind > 0) {
            return new Verdict(
                    replica,
                    Verdict.Kind.WAITING,
                    null,
                    behind,
                    "waiting, " + behind + (behind == 1 ? " batch" : " batches") + " behind");
        }
        Instant since = appliedAt(replica, batch);
        return new Verdict(
                replica,
                Verdict.Kind.EQUAL,
                since,
                0,
                (since == null
                                ? "equal, the result is not among those of the time looked at"
                                : "equal since " + HistoryView.time(since))
                        + equalIn());
    }

    /** What is equal: without it a path that never was would look like one that is there. */
    private String equalIn() {
        return switch (atSource) {
            case EXISTS -> "";
            case ABSENT -> ": it is absent there too";
            case UNKNOWN -> ", whether it exists or not";
        };
    }

    /** When the last piece of a batch was applied, the path one of them: a result covers a range of offsets, not paths. */
    private @Nullable Instant appliedAt(String replica, Carried batch) {
        return results.stream()
                .filter(each -> each.getReplica().equals(replica) && covers(each, batch))
                .map(Result::getFinishedAt)
                .max(Comparator.naturalOrder())
                .orElse(null);
    }

    /** Whether a result is of work that a batch was a part of. */
    static boolean covers(Result result, Carried batch) {
        return (result.getKind() == ResultKind.BATCHES || result.getKind() == ResultKind.BASELINE)
                && result.getSource().equals(batch.batch().getSource())
                && result.getPartition() == batch.partition()
                && result.getFromOffset() <= batch.offset()
                && batch.offset() <= result.getToOffset();
    }

    private String state(Status applier) {
        if (now.isSilent(applier)) {
            return " (silent since " + HistoryView.time(applier.getAt().truncatedTo(ChronoUnit.MILLIS)) + ")";
        }
        String message = applier.getMessage() == null ? "" : ": " + applier.getMessage();
        return applier.getState() == ComponentState.RUNNING
                ? ""
                : " (" + HistoryView.word(applier.getState()) + message + ")";
    }
}
