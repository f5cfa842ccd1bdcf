package io.weir.applier.reconcile;

import io.weir.schemas.DriftKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** What makes drift equal by the usual way. Pure. */
public final class Repair {
    /** Of no device: inodes of the source are not known here, only which names are of one. */
    private static final long NO_DEVICE = -1;

    private Repair() {}

    /** The targets for what differs: a directory that is missing with everything below, anything else alone. */
    public static List<Target> of(Collection<Suspect> drift) {
        NavigableMap<RelPath, Suspect> sorted = new TreeMap<>();
        drift.stream().filter(each -> each.kind() != DriftKind.UNSURE).forEach(each -> sorted.put(each.path(), each));
        Map<RelPath, Target> targets = new TreeMap<>();
        RelPath whole = null;
        List<Suspect> linked = new ArrayList<>();
        for (Suspect each : sorted.values()) {
            if (whole != null && each.path().isBelow(whole)) {
                continue;
            }
            if (isWhole(each)) {
                whole = each.path();
                targets.put(whole, Target.whole(whole));
            } else if (each.beside().isEmpty()) {
                FileType type = each.isDirectory() ? FileType.DIRECTORY : FileType.UNKNOWN;
                targets.put(each.path(), new Target(each.path(), seen(type, 1, 0), false, null, each.anew()));
            } else {
                linked.add(each);
            }
        }
        long inode = 0;
        for (Map.Entry<Set<RelPath>, Boolean> group : groups(linked).entrySet()) {
            Observed seen = seen(FileType.FILE, group.getKey().size(), ++inode);
            group.getKey().forEach(name -> targets.put(name, new Target(name, seen, false, null, group.getValue())));
        }
        return List.copyOf(targets.values());
    }

    private static boolean isWhole(Suspect each) {
        return each.isDirectory()
                && (each.kind() == DriftKind.MISSING || each.detail().equals("type"));
    }

    /** The names that are pulled in one call, and whether they are built anew. */
    private static Map<Set<RelPath>, Boolean> groups(List<Suspect> linked) {
        Map<Set<RelPath>, Boolean> groups = new HashMap<>();
        for (Suspect each : linked) {
            groups.merge(new TreeSet<>(each.beside()), each.anew(), Boolean::logicalOr);
        }
        return groups;
    }

    private static Observed seen(FileType type, int links, long inode) {
        return Observed.newBuilder()
                .setType(type)
                .setLinks(links)
                .setDev(inode == 0 ? 0 : NO_DEVICE)
                .setIno(inode)
                .build();
    }
}
