package io.weir.agent.publish;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * The merge table of the dirty set: two entries of one path become one. Pure and total.
 *
 * <p>What a merge must keep, because a reader of the records acts on it:
 *
 * <ul>
 *   <li>a file that is being written (CREATED, MODIFIED) stays so until it is closed, replaced or deleted: a reader waits
 *       for that;
 *   <li>recursive is sticky, and what was deleted and exists again is recursive: if it is a directory, what replicas have
 *       below it is of before;
 *   <li>a gap is never forgotten;
 *   <li>the capture time is that of the oldest change inside.
 * </ul>
 */
final class Merge {
    private Merge() {}

    /**
     * One entry for both.
     *
     * @param older what was captured first
     * @param newer what was captured after it, of the same path
     */
    static Dirty merge(Dirty older, Dirty newer) {
        ChangeKind kind = kind(older.kind(), newer.kind());
        boolean again = older.kind() == ChangeKind.DELETED && kind != ChangeKind.DELETED;
        return new Dirty(
                newer.path(),
                kind,
                movedFrom(older, newer),
                older.recursive() || newer.recursive() || again || kind == ChangeKind.RESCAN,
                kind == newer.kind() ? newer.origin() : older.origin(),
                Math.min(older.capturedAtMicros(), newer.capturedAtMicros()),
                newer.reason() == null ? older.reason() : newer.reason(),
                newer.gap() == null ? older.gap() : newer.gap(),
                kind == ChangeKind.RESCAN && (older.collapsed() || newer.collapsed()),
                newer.checkpoint());
    }

    /** What a path that saw first {@code older}, then {@code newer}, is published as. */
    static ChangeKind kind(ChangeKind older, ChangeKind newer) {
        return switch (newer) {
            // A gap says something about history, nothing about the path; another name's change and an unknown one
            // make the path be looked at, which any entry does.
            case GAP, CHECKPOINT, UNKNOWN, LINKED ->
                older == ChangeKind.GAP || older == ChangeKind.UNKNOWN ? newer : older;
            case DELETED, RESCAN -> newer;
            case CREATED, MOVED -> older == ChangeKind.RESCAN ? older : newer;
            case ATTRIBUTES ->
                switch (older) {
                    case GAP, CHECKPOINT, UNKNOWN, LINKED, ATTRIBUTES, DELETED -> newer;
                    case CREATED, MODIFIED, CLOSED, MOVED, RESCAN -> older;
                };
            case MODIFIED ->
                switch (older) {
                    case CREATED, RESCAN -> older;
                    case GAP, CHECKPOINT, UNKNOWN, LINKED, ATTRIBUTES, DELETED, MODIFIED, CLOSED, MOVED -> newer;
                };
            case CLOSED ->
                switch (older) {
                    // MOVED may be acted on at once as CLOSED may, and it carries the hint.
                    case MOVED, RESCAN -> older;
                    case GAP, CHECKPOINT, UNKNOWN, LINKED, ATTRIBUTES, DELETED, CREATED, MODIFIED, CLOSED -> newer;
                };
        };
    }

    private static @Nullable RelPath movedFrom(Dirty older, Dirty newer) {
        return switch (newer.kind()) {
            case MOVED -> newer.movedFrom();
            // Another file or directory is there now, or none: where the former one came from is of no use.
            case CREATED, DELETED -> null;
            case GAP, CHECKPOINT, UNKNOWN, LINKED, RESCAN, ATTRIBUTES, MODIFIED, CLOSED -> older.movedFrom();
        };
    }
}
