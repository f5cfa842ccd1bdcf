package io.weir.agent.scan;

import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an agent knows on disk of what it published: the store with the inventory, and the journal in use. Sees to it that an
 * inventory which lacks something is never believed. {@link #forget} may be called by any thread, the rest by one.
 */
final class Notebook {
    private static final Logger log = LoggerFactory.getLogger(Notebook.class);

    private final String source;
    private final InventoryStore store;
    private final Journal journal;

    /** What is on disk is not to be believed, but could not be deleted. */
    private volatile boolean spoiled;

    Notebook(Scanner.Wiring wiring, SessionClock clock) {
        source = wiring.source();
        store = new InventoryStore(
                wiring.stateDirectory(), source, wiring.guard().uuid());
        journal = new Journal(source, clock, this::forget);
    }

    InventoryStore store() {
        return store;
    }

    Journal journal() {
        return journal;
    }

    /**
     * Begins to note.
     *
     * @param afresh whether what is there is of another source
     */
    void open(boolean afresh) {
        try {
            store.open(afresh);
            store.rotate(journal);
        } catch (IOException e) {
            log.warn(
                    "no inventory can be kept, so a restart will rescan the whole source; make the state directory"
                            + " writable: source={} cause={}",
                    source,
                    e.getMessage());
            forget();
        }
    }

    /** Deletes everything, since a note was lost; {@link #flush} tries again when that fails. */
    void forget() {
        try {
            store.discard();
            spoiled = false;
        } catch (IOException e) {
            if (!spoiled) {
                log.warn(
                        "an inventory that is not to be believed cannot be deleted, tried again; make the state"
                                + " directory writable: source={} cause={}",
                        source,
                        e.getMessage());
            }
            spoiled = true;
        }
    }

    /** Deletes what was known before the journal in use. */
    void forgetOld() {
        try {
            store.discardOld();
        } catch (IOException e) {
            log.warn(
                    "an inventory that cannot be read was not deleted, and the next scan will not read it either:"
                            + " source={} cause={}",
                    source,
                    e.getMessage());
        }
    }

    /** Writes what was acknowledged. Call often. */
    void flush() {
        journal.flush();
    }

    /** Tries again to delete what is not to be believed. */
    void mend() {
        if (spoiled) {
            forget();
        }
    }

    /**
     * Begins a new journal for a scan.
     *
     * @throws IOException when that cannot be, or what is on disk is not to be believed
     */
    void rotate() throws IOException {
        if (spoiled) {
            throw new IOException("the inventory is not to be believed and cannot be deleted");
        }
        store.rotate(journal);
    }

    /** Puts the base that a scan wrote in its place, unless a note was lost since the scan began. */
    void commit() throws IOException {
        if (spoiled || !journal.whileWhole(store::commit)) {
            log.warn("the inventory is not kept, a note of what was published was lost: source={}", source);
        }
    }
}
