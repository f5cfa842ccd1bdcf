package io.weir.cli;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a path itself at its source: a change of a directory above that is of all below says nothing of it. Pure.
 *
 * @param state whether it is there, as far as that was observed
 * @param type what it was when it was observed last; UNKNOWN when it never was
 * @param size in bytes, of a file
 * @param at when that was; null when nothing of it was observed
 * @param text the same in words
 */
record AtSource(
        State state, FileType type, long size, @Nullable Instant at, String text) {
    /** Whether a path is there. */
    enum State {
        /** It was when it was observed last. */
        EXISTS,
        /** It was not when it was observed last, or was deleted or moved away with a directory above. */
        ABSENT,
        /** Nothing of it was observed, or what was observed since may have made it otherwise. */
        UNKNOWN
    }

    /** Of a path that is never looked at, for this reason. */
    static AtSource excluded(String reason) {
        return new AtSource(State.UNKNOWN, FileType.UNKNOWN, 0, null, "it is not looked at: " + reason);
    }

    /**
     * By the changes that concern a path, as {@link Trail} finds them.
     *
     * @param path as it is called now
     */
    static AtSource of(RelPath path, List<Change> oldestFirst) {
        RelPath name = path;
        Change newest = null;
        Change covering = null;
        List<Change> telling = oldestFirst.stream()
                .filter(each -> each.getKind() != ChangeKind.GAP && Trail.path(each.getPath()) != null)
                .toList();
        for (int i = telling.size() - 1; i >= 0; i--) {
            Change change = telling.get(i);
            RelPath at = RelPath.of(change.getPath());
            RelPath from = Trail.path(change.getMovedFrom());
            if (at.equals(name)) {
                return own(change, covering, name.equals(path) ? "" : ", as " + name);
            }
            if (from != null && Trail.isAtOrBelow(name, from)) {
                return absent(change, (name.equals(from) ? "moved to " : "moved with " + from + " to ") + at, covering);
            }
            newest = newest == null ? change : newest;
            if (isAbsent(change)) {
                return absent(change, "deleted with " + at, covering);
            }
            if (from != null && name.isBelow(at) && !from.isRoot()) {
                name = name.rebase(at, from);
            } else if (covering == null) {
                covering = change;
            }
        }
        return nothing(newest);
    }

    private static boolean isAbsent(Change change) {
        FileType type = change.getObserved().getType();
        return type == FileType.ABSENT || (type == FileType.UNKNOWN && change.getKind() == ChangeKind.DELETED);
    }

    private static AtSource nothing(@Nullable Change newest) {
        return new AtSource(
                State.UNKNOWN,
                FileType.UNKNOWN,
                0,
                null,
                "nothing was observed of this name itself in the time looked at"
                        + (newest == null ? "" : ", only of " + covered(newest))
                        + ": whether it exists is not known; check the spelling, or look further back");
    }

    private static AtSource absent(Change change, String how, @Nullable Change covering) {
        Instant at = change.getCapturedAt();
        return covering == null
                ? new AtSource(
                        State.ABSENT,
                        FileType.ABSENT,
                        0,
                        at,
                        "it does not exist, " + how + " " + HistoryView.time(at)
                                + "; a replica that is equal does not have it either")
                : new AtSource(
                        State.UNKNOWN,
                        FileType.ABSENT,
                        0,
                        at,
                        "it did not exist when it was observed last, " + how + " " + HistoryView.time(at)
                                + doubt(covering));
    }

    /** By a change of the path itself. */
    private static AtSource own(Change change, @Nullable Change covering, String name) {
        if (isAbsent(change)) {
            return absent(change, change.getKind() == ChangeKind.DELETED ? "deleted" : "gone", covering);
        }
        Observed observed = change.getObserved();
        Instant at = change.getCapturedAt();
        String when = what(observed) + name + ", " + how(change) + " " + HistoryView.time(at);
        boolean isSure = covering == null && observed.getType() != FileType.UNKNOWN;
        return new AtSource(
                isSure ? State.EXISTS : State.UNKNOWN,
                observed.getType(),
                observed.getType() == FileType.FILE ? observed.getSize() : 0,
                at,
                covering == null ? when : when + doubt(covering));
    }

    private static String doubt(Change covering) {
        return "; since then only of " + covered(covering)
                + " something was observed: whether it exists now is not known";
    }

    private static String covered(Change change) {
        RelPath path = RelPath.of(change.getPath());
        return (path.isRoot() ? "the source as a whole" : path + " with all below") + " ("
                + HistoryView.word(change.getKind()) + " " + HistoryView.time(change.getCapturedAt()) + ")";
    }

    private static String what(Observed observed) {
        return switch (observed.getType()) {
            case FILE -> "a file of " + StatusView.size(observed.getSize());
            case DIRECTORY -> "a directory";
            case SYMLINK -> "a symbolic link";
            case OTHER -> "a special file";
            case ABSENT, UNKNOWN -> "something that was not looked at";
        };
    }

    private static String how(Change change) {
        RelPath from = Trail.path(change.getMovedFrom());
        return switch (change.getKind()) {
            case MOVED -> from == null ? "moved here" : "renamed from " + from;
            case CREATED -> "created";
            case RESCAN -> "looked at as a whole";
            case ATTRIBUTES -> "its attributes last changed";
            default -> "last changed";
        };
    }
}
