package io.weir.agent.scan;

import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;

/**
 * Since when all of a directory is published without its names being known: a change was told for the whole of it, and
 * every replica lists it.
 *
 * @param session the session that told it, see {@link ScanSession}; 0 when nobody did
 * @param atMicros when, microseconds since 1970 by the agent's clock
 */
record Since(long session, long atMicros) {
    /** Nothing at all is known. */
    static final Since NEVER = new Since(0, 0);

    void write(DataOutput out) throws IOException {
        out.writeLong(session);
        out.writeLong(atMicros);
    }

    static Since read(DataInput in) throws IOException {
        return new Since(in.readLong(), in.readLong());
    }
}
