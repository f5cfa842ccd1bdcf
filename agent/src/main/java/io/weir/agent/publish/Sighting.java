package io.weir.agent.publish;

import io.weir.agent.publish.Observer.Observation;
import io.weir.agent.scan.Published;
import io.weir.schemas.ChangeKind;

/**
 * An entry of the dirty set and what was there when it was looked at.
 *
 * @param entry the entry, perhaps changed by what was seen
 * @param seen what was there
 */
record Sighting(Dirty entry, Observation seen) {
    /** Whether it says what is there. */
    boolean isNoted() {
        return entry.kind() != ChangeKind.GAP && !entry.isCheckpoint() && !seen.isUntold();
    }

    /** What the inventory learns by it. */
    Published note(long nowMicros) {
        ChangeKind kind = entry.kind();
        // As a reader of the record takes it.
        boolean whole = entry.recursive() || kind == ChangeKind.MOVED || kind == ChangeKind.DELETED;
        return new Published(entry.path(), seen.stat(), seen.parent(), whole, kind == ChangeKind.CREATED, nowMicros);
    }
}
