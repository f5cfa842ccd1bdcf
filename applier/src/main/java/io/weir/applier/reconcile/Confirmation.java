package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.schemas.RelPath;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the source said is there now, in calls that also saw its root marker. Confined to one thread.
 *
 * @param present what is there, with its type
 * @param unsure paths the source could not look at, each with the reason: they are neither present nor absent
 */
record Confirmation(Map<RelPath, Item> present, Map<RelPath, String> unsure) {
    /** Whether it is there, or null when it is absent; ask {@link #unsure} first. */
    @Nullable
    Item item(RelPath path) {
        return present.get(path);
    }

    /** Whether it is certain that nothing is there. */
    boolean isAbsent(RelPath path) {
        return !present.containsKey(path) && !unsure.containsKey(path);
    }
}
