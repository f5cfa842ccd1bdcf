package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.util.Collection;
import java.util.NavigableSet;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which of some paths no change comes near to for a while: what differs there is not merely on its way. Pure; guarded by its owner.
 */
final class Watch {
    private final NavigableSet<RelPath> quiet = new TreeSet<>();

    /**
     * Begins.
     *
     * @param paths to watch
     * @param isPending whether a change at, above or below a path is on its way already
     */
    Watch(Collection<RelPath> paths, Predicate<RelPath> isPending) {
        paths.stream().filter(isPending.negate()).forEach(quiet::add);
    }

    /** A batch names this. */
    void saw(Target target) {
        boolean isAlone = !target.recursive() && target.observed().getType() == FileType.DIRECTORY;
        disturb(target.path(), isAlone);
        RelPath from = target.movedFrom();
        if (from != null) {
            disturb(from, false);
        }
    }

    private void disturb(RelPath path, boolean isAlone) {
        quiet.remove(path);
        if (!path.isRoot()) {
            // What comes and goes moves the time of its directory.
            quiet.remove(path.parent());
        }
        if (!isAlone) {
            // What became of something above became of what is below.
            RelPath below = quiet.higher(path);
            while (below != null && below.isBelow(path)) {
                quiet.remove(below);
                below = quiet.higher(below);
            }
        }
    }

    /** Whether no change came near since the beginning. */
    boolean isQuiet(RelPath path) {
        return quiet.contains(path);
    }
}
