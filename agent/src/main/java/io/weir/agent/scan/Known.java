package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the inventory has of one directory.
 *
 * @param unlearned null when the names are all that were there; otherwise there may have been others
 * @param entries by name (a path of one component)
 */
record Known(@Nullable Since unlearned, Map<RelPath, Entry> entries) {
    /** A directory of which nothing, or all but its names, is known. */
    static Known unlearned(Since since) {
        return new Known(since, new HashMap<>());
    }

    /** A directory that was empty. */
    static Known empty() {
        return new Known(null, new HashMap<>());
    }

    /** The same, to be changed. */
    Known copy() {
        return new Known(unlearned, new HashMap<>(entries));
    }
}
