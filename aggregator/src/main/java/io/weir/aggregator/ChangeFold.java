package io.weir.aggregator;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;

/**
 * The fold: what is pending for a path, and what was seen of it now, make what is pending from here on. Pure.
 *
 * <p>A state never leads back to {@link State#NONE}: no path is ever forgotten, because an earlier batch, a baseline or a
 * recursive pull may have brought it to a replica. A file that came and went ends as {@link State#ABSENT}, which costs an
 * applier one local lstat.
 */
final class ChangeFold {
    private ChangeFold() {}

    /** What is pending for one path. */
    enum State {
        /** Nothing. */
        NONE,
        /** Gone; nothing below it can be there. */
        ABSENT,
        /** A regular file that is being written: waits to be closed, or to settle. */
        WRITING,
        /** Anything but a directory, fit to be sent. */
        READY,
        /** A directory itself: its mode, owner, times, and that it is there. */
        DIRECTORY,
        /** A directory with everything below it, or a path of which nothing is known. */
        TREE
    }

    /** What a change says about its path. */
    enum Sight {
        /** It is not there. */
        ABSENT,
        /** A regular file that was created or written and not closed. */
        WRITING,
        /** A regular file that was touched, which says nothing about whether it is being written. */
        TOUCHED,
        /** A file that is complete: closed, renamed to here, or of a kind that has no content. */
        READY,
        /** A directory. */
        DIRECTORY,
        /** A directory of which anything may have changed. */
        TREE
    }

    /** The table. */
    static State fold(State state, Sight sight) {
        return switch (sight) {
            case ABSENT -> State.ABSENT;
            case WRITING -> State.WRITING;
            case READY -> State.READY;
            case TREE -> State.TREE;
            case TOUCHED ->
                switch (state) {
                    // Many programs set the mode before they close.
                    case WRITING -> State.WRITING;
                    case NONE, ABSENT, READY, DIRECTORY, TREE -> State.READY;
                };
            case DIRECTORY ->
                switch (state) {
                    case NONE, DIRECTORY -> State.DIRECTORY;
                    // It was something else in between: what a replica has below it is of before.
                    case ABSENT, WRITING, READY, TREE -> State.TREE;
                };
        };
    }

    /** Whether nothing that was seen below this path before need be kept: the state covers the whole subtree. */
    static boolean coversBelow(State state) {
        return switch (state) {
            case ABSENT, WRITING, READY, TREE -> true;
            case NONE, DIRECTORY -> false;
        };
    }

    /**
     * What a change says. What lstat saw is newer than the event, so the type comes from there and the kind tells the rest;
     * a kind or type that this version does not know is a doubt, which is answered by the whole subtree.
     */
    static Sight classify(Change change) {
        ChangeKind kind = change.getKind();
        return switch (change.getObserved().getType()) {
            case ABSENT -> Sight.ABSENT;
            case UNKNOWN -> kind == ChangeKind.DELETED ? Sight.ABSENT : Sight.TREE;
            case SYMLINK, OTHER -> Sight.READY;
            case DIRECTORY -> change.getRecursive() ? Sight.TREE : directory(kind);
            case FILE -> file(kind);
        };
    }

    private static Sight directory(ChangeKind kind) {
        return switch (kind) {
            // DELETED, and there again when it was looked at: what replicas have below it is of before.
            case UNKNOWN, MOVED, RESCAN, DELETED -> Sight.TREE;
            case CREATED, MODIFIED, CLOSED, ATTRIBUTES, LINKED, GAP, CHECKPOINT -> Sight.DIRECTORY;
        };
    }

    private static Sight file(ChangeKind kind) {
        return switch (kind) {
            // DELETED, and there again: the new one may still be written.
            case CREATED, MODIFIED, DELETED -> Sight.WRITING;
            case ATTRIBUTES -> Sight.TOUCHED;
            case UNKNOWN, CLOSED, MOVED, LINKED, RESCAN, GAP, CHECKPOINT -> Sight.READY;
        };
    }
}
