package io.weir.applier.reconcile;

/**
 * Counts of what was done. Immutable.
 *
 * @param paths distinct paths looked at
 * @param updated paths that rsync created or changed
 * @param deleted entries deleted
 * @param renamed local renames done from hints
 * @param bytesReceived bytes of content and protocol that rsync read from the wire
 * @param rsyncRuns rsync processes run
 */
public record Tally(long paths, long updated, long deleted, long renamed, long bytesReceived, long rsyncRuns) {
    /** Nothing done. */
    public static final Tally NONE = new Tally(0, 0, 0, 0, 0, 0);

    /** The sum of both. */
    public Tally plus(Tally other) {
        return new Tally(
                paths + other.paths,
                updated + other.updated,
                deleted + other.deleted,
                renamed + other.renamed,
                bytesReceived + other.bytesReceived,
                rsyncRuns + other.rsyncRuns);
    }
}
