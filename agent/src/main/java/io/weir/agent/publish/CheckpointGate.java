package io.weir.agent.publish;

import io.weir.agent.watch.LinkIndex;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a checkpoint may be published. It comes here when everything that became dirty before it was published; what that
 * left to be done is done first, and the checkpoint comes again behind what is found. Once is enough: what is owed by then is
 * owed by later changes, so a source that never rests holds up no checkpoint. Confined to the publisher's thread.
 */
final class CheckpointGate {
    private static final Logger log = LoggerFactory.getLogger(CheckpointGate.class);
    private static final long RETRY_MILLIS = 100;

    /** The scans that find what no event told. */
    interface Scans {
        /**
         * Keeps a checkpoint until every scan is through that something before it asks for.
         *
         * @param passed called after that, from another thread, when what was found is dirty
         * @return false when there is nothing to wait for, and it is not kept
         */
        boolean hold(Runnable passed);
    }

    private final DirtySet dirty;
    private final LinkIndex links;
    private final Scans scans;

    /** Of the checkpoints for which all was done, and that come again. */
    private final Set<String> settled = new HashSet<>();

    CheckpointGate(DirtySet dirty, LinkIndex links, Scans scans) {
        this.dirty = dirty;
        this.links = links;
        this.scans = scans;
    }

    /** Whether a checkpoint that was taken may be published now; otherwise it is, or will be, in the dirty set again. */
    boolean mayPass(Dirty checkpoint) throws InterruptedException {
        String id = String.valueOf(checkpoint.checkpoint());
        if (settled.remove(id)) {
            return true;
        }
        Set<RelPath> names;
        try {
            names = links.settle();
        } catch (IOException e) {
            // Mostly the root is gone, and this session with it.
            log.debug("A checkpoint waits for a search for links: id={} cause={}", id, e.getMessage());
            dirty.addCheckpoint(checkpoint);
            dirty.pause(RETRY_MILLIS, TimeUnit.MILLISECONDS);
            return false;
        }
        names.forEach(name -> dirty.addLinked(name, checkpoint.capturedAtMicros()));
        if (scans.hold(() -> dirty.addCheckpoint(checkpoint))) {
            settled.add(id);
            return false;
        }
        if (names.isEmpty()) {
            return true;
        }
        settled.add(id);
        dirty.addCheckpoint(checkpoint);
        return false;
    }
}
