package io.weir.applier.disk;

import io.weir.applier.disk.Timeline.Piece;
import io.weir.applier.disk.Timeline.Version;
import io.weir.posix.ErrnoException;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds versions that went into the trash while they were about to be read, mostly a moment ago. Confined to one thread. */
final class Moves {
    private static final int RECENT = 16;

    private final ReplicaTree tree;
    private final long asOf;
    private List<TrashName> names;
    private @Nullable TrashName last;

    /**
     * Of a restore.
     *
     * @param names of the trash, oldest first, as it was read once
     */
    Moves(ReplicaTree tree, List<TrashName> names, long asOf) {
        this.tree = tree;
        this.names = names;
        this.asOf = asOf;
    }

    /**
     * The version as it lies now; empty when there is no trace of it.
     *
     * @param seen as it lay before
     */
    Optional<Version> find(RelPath path, Version seen) throws ErrnoException {
        TrashName before = last;
        Version found = before == null ? null : in(before, path, seen);
        found = found == null ? newest(path, seen, RECENT) : found;
        if (found == null) {
            names = Trash.names(tree);
            found = newest(path, seen, Integer.MAX_VALUE);
        }
        if (found != null) {
            return Optional.of(found);
        }
        // Updated in place: another inode has what it was.
        PastTree all = new PastTree(tree, names, (directory, cause) -> {});
        return all.look(path).at(asOf).filter(version -> !version.stat().isDirectory());
    }

    private @Nullable Version newest(RelPath path, Version seen, int most) throws ErrnoException {
        for (int i = names.size() - 1; i >= 0 && names.size() - i <= most; i--) {
            Version found = in(names.get(i), path, seen);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Version in(TrashName name, RelPath path, Version seen) throws ErrnoException {
        Stat stat = tree.lstat(name.of(path));
        if (stat == null
                || stat.ino() != seen.stat().ino()
                || stat.dev() != seen.stat().dev()
                || stat.mtimeNanos() != seen.stat().mtimeNanos()) {
            return null;
        }
        last = name;
        return new Version(new Piece(name, stat), seen.fromNanos(), seen.sinceNanos(), seen.untilNanos());
    }
}
