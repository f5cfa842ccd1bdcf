package io.weir.applier.reconcile;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The first split of targets by what was observed: only the cheap order of steps, no decision. Pure; the sets are the caller's.
 *
 * @param targets each path once
 * @param todo paths seen present: to be pulled
 * @param ask paths to be confirmed before anything is done about them
 * @param expand directories to be made equal as a whole
 * @param failed paths that cannot be reconciled, with the reason
 * @param refresh directories whose entries came and went, so that only their mtime moved
 * @param hints renames that may be tried, new path to old path
 */
record Plan(
        Map<RelPath, Target> targets,
        Set<RelPath> todo,
        Set<RelPath> ask,
        Set<RelPath> expand,
        Map<RelPath, String> failed,
        Set<RelPath> refresh,
        Map<RelPath, RelPath> hints) {
    /** What the replica has under a path. */
    enum Local {
        ABSENT,
        DIRECTORY,
        OTHER
    }

    /** NAME_MAX of Linux, in bytes. */
    private static final int NAME_MAX = 255;
    /** Below this size a pull costs less than the confirm a rename needs. */
    static final long HINT_FROM = 64 * 1024;

    /**
     * Splits targets.
     *
     * @param rootLength bytes of the replica root's path, which is put in front of every path
     * @param local what the replica has under a path
     */
    static Plan of(List<Target> targets, int rootLength, Selection selection, Function<RelPath, Local> local) {
        Set<RelPath> above = new TreeSet<>();
        Map<RelPath, Target> merged = merge(targets, selection, above);
        Plan plan = new Plan(
                merged,
                new TreeSet<>(),
                new TreeSet<>(),
                new TreeSet<>(),
                new LinkedHashMap<>(),
                above,
                new LinkedHashMap<>());
        Set<RelPath> blocked = new TreeSet<>();
        merged.values().stream()
                .filter(target -> !target.path().isRoot() && target.observed().getType() != FileType.DIRECTORY)
                .forEach(target -> blocked.add(target.path()));
        Map<RelPath, Boolean> behind = new HashMap<>();
        for (Target target : merged.values()) {
            String tooLong = tooLong(target.path(), rootLength);
            if (tooLong != null) {
                plan.refuse(target, tooLong, rootLength, local);
            } else {
                plan.place(target, blocked, behind, local);
            }
        }
        plan.hints.putAll(hints(merged.values(), selection, rootLength));
        return plan;
    }

    /** No system call takes the path; only that it is gone at the source, and was never here, settles it. */
    private void refuse(Target target, String tooLong, int rootLength, Function<RelPath, Local> local) {
        RelPath path = target.path();
        if (target.observed().getType() != FileType.ABSENT || local.apply(path) != Local.ABSENT) {
            failed.put(path, tooLong);
        } else if (!path.parent().isRoot() && tooLong(path.parent(), rootLength) == null) {
            refresh.add(path.parent());
        }
    }

    /**
     * Whether the replica has something else than a directory above. A pull would replace it, and when it is a symlink at the source
     * too, by what that points to.
     */
    private static boolean isBehindOther(RelPath path, Map<RelPath, Boolean> known, Function<RelPath, Local> local) {
        RelPath parent = path.parent();
        if (parent.isRoot()) {
            return false;
        }
        Boolean answer = known.get(parent);
        if (answer == null) {
            answer = switch (local.apply(parent)) {
                case DIRECTORY -> false;
                case OTHER -> true;
                case ABSENT -> isBehindOther(parent, known, local);
            };
            known.put(parent, answer);
        }
        return answer;
    }

    private void place(
            Target target, Set<RelPath> blocked, Map<RelPath, Boolean> behind, Function<RelPath, Local> local) {
        RelPath path = target.path();
        FileType type = target.observed().getType();
        if (path.isRoot()) {
            if (target.recursive()) {
                expand.add(path);
            }
            return;
        }
        if (type == FileType.ABSENT && local.apply(path) == Local.ABSENT) {
            // Came and went; should it be there again, its change follows. Nothing to ask, but its directory's mtime
            // has moved.
            if (!path.parent().isRoot()) {
                refresh.add(path.parent());
            }
            return;
        }
        boolean below = path.ancestors().stream().anyMatch(blocked::contains) || isBehindOther(path, behind, local);
        if (isUnsure(target.observed())
                || below
                || (type != FileType.DIRECTORY && local.apply(path) == Local.DIRECTORY)) {
            ask.add(path);
        } else {
            todo.add(path);
            if (target.recursive() && type == FileType.DIRECTORY) {
                expand.add(path);
            }
        }
    }

    private static boolean isUnsure(Observed observed) {
        return observed.getType() == FileType.ABSENT
                || observed.getType() == FileType.UNKNOWN
                || observed.getBlockedBy() != null;
    }

    /**
     * Each path that is taken once.
     *
     * @param above gets the directories above those whose attributes alone are to be taken
     */
    private static Map<RelPath, Target> merge(List<Target> targets, Selection selection, Set<RelPath> above) {
        Map<RelPath, Target> merged = new LinkedHashMap<>();
        for (Target target : targets) {
            RelPath path = target.path();
            if (path.isOwn()) {
                continue;
            }
            if (selection.takes(path)) {
                merged.merge(path, target, Plan::newer);
            } else if (selection.isAbove(path)) {
                boolean same = target.observed().getType() == FileType.DIRECTORY && !target.recursive();
                if (path.isRoot()) {
                    merged.merge(path, new Target(path, target.observed(), false, null), Plan::newer);
                } else if (same) {
                    above.add(path);
                }
                if (!same) {
                    // Whatever became of it, the chosen paths below it are there now or not; it may hold others too.
                    selection.within(path).forEach(each -> merged.merge(each, Target.whole(each), Plan::newer));
                }
            }
        }
        return merged;
    }

    /** Both of one path in one: what was observed later, and all that either asks for. */
    static Target newer(Target old, Target later) {
        return new Target(
                later.path(),
                later.observed(),
                old.recursive() || later.recursive(),
                later.movedFrom() == null ? old.movedFrom() : later.movedFrom(),
                old.anew() || later.anew());
    }

    /** Why the system calls of the replica's host could not take a path, or null. */
    static @Nullable String tooLong(RelPath path, int rootLength) {
        int length = rootLength + 1 + path.length();
        if (length > RelPath.MAX_LENGTH) {
            return "applying '" + path + "' is refused: with the replica's root the path has " + length
                    + " bytes, and Linux takes " + RelPath.MAX_LENGTH + "; shorten it at the source";
        }
        for (byte[] name : path.components()) {
            if (name.length > NAME_MAX) {
                return "applying '" + path + "' is refused: a name in it has " + name.length
                        + " bytes, and Linux takes " + NAME_MAX;
            }
        }
        return null;
    }

    /** Hints worth a confirm; a hint that touches another one (a swap, a cycle, a chain, nested renames) is dropped with it. */
    private static Map<RelPath, RelPath> hints(Collection<Target> targets, Selection selection, int rootLength) {
        Map<RelPath, RelPath> candidates = new LinkedHashMap<>();
        for (Target target : targets) {
            RelPath from = target.movedFrom();
            if (from != null
                    && worth(target)
                    && tooLong(from, rootLength) == null
                    && tooLong(target.path(), rootLength) == null
                    && !from.isRoot()
                    && !from.isOwn()
                    && !target.path().isRoot()
                    && selection.takes(from)
                    && !related(from, target.path())) {
                candidates.put(target.path(), from);
            }
        }
        if (candidates.size() < 2) {
            return candidates;
        }
        TreeSet<RelPath> ends = new TreeSet<>(candidates.keySet());
        List<RelPath> twice = new ArrayList<>();
        candidates.values().stream().filter(from -> !ends.add(from)).forEach(twice::add);
        Map<RelPath, RelPath> kept = new LinkedHashMap<>(candidates);
        kept.entrySet().removeIf(hint -> touches(hint.getKey(), ends, twice) || touches(hint.getValue(), ends, twice));
        return kept;
    }

    private static boolean worth(Target target) {
        Observed observed = target.observed();
        return observed.getType() == FileType.DIRECTORY
                || (observed.getType() == FileType.FILE && observed.getLinks() == 1 && observed.getSize() >= HINT_FROM);
    }

    private static boolean related(RelPath one, RelPath other) {
        return one.equals(other) || one.isBelow(other) || other.isBelow(one);
    }

    private static boolean touches(RelPath path, TreeSet<RelPath> ends, List<RelPath> twice) {
        RelPath next = ends.higher(path);
        return twice.contains(path)
                || (next != null && next.isBelow(path))
                || path.ancestors().stream().anyMatch(ends::contains);
    }
}
