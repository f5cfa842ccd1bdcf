package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * A path that is not as it was published.
 *
 * @param path where
 * @param known what was published; null when nothing was known
 * @param seen what is there; null when nothing is
 * @param movable whether a rename may be told: it has one name only
 * @param whole whether everything below the directory is in question
 * @param unlearned whether it is a directory of which the inventory does not know the names
 */
record Difference(
        RelPath path, @Nullable Entry known, @Nullable Entry seen, boolean movable, boolean whole, boolean unlearned) {
    /** A directory whose names are not known. */
    static Difference unlearned(RelPath path) {
        return new Difference(path, null, null, false, true, true);
    }

    /** Whether it is more than the state of a directory itself. */
    boolean isFind() {
        return !unlearned && (known == null || seen == null || !known.isDirectory() || !known.isSame(seen));
    }
}
