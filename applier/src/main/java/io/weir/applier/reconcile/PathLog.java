package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.RelPath;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One line of log for every path that is changed in a replica, in rsync's itemised form, for who turns the logger {@value #NAME} on: off
 * unless {@code WEIR_PATH_LOG} is set. Thread-safe.
 *
 * @param source the source's name
 * @param replica the replica's name
 */
record PathLog(String source, String replica) {
    static final String NAME = "weir.paths";

    private static final Logger log = LoggerFactory.getLogger(NAME);

    /** What a pull changed. */
    void pulled(RsyncRun run) {
        if (log.isInfoEnabled()) {
            run.items().values().stream().filter(Item::changed).forEach(this::line);
        }
    }

    private void line(Item item) {
        RelPath leader = item.linkedTo();
        line(item.itemized(), item.path() + (item.isDirectory() ? "/" : "") + (leader == null ? "" : " => " + leader));
    }

    /** A path was deleted with everything in it, so many entries. */
    void deleted(RelPath path, long entries) {
        if (entries > 0) {
            line("*deleting  ", path.toString());
        }
    }

    /** A path was renamed here, as it was at the source. */
    void renamed(RelPath from, RelPath to) {
        line("*renaming  ", from + " -> " + to);
    }

    private void line(String what, String paths) {
        log.info("source={} replica={} {} {}", source, replica, what, paths);
    }
}
