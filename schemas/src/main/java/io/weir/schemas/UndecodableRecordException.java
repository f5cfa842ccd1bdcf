package io.weir.schemas;

import org.apache.kafka.common.errors.SerializationException;

/**
 * A record in a topic that cannot be read: cut short, garbage, of another kind, or written with a schema that is not known here.
 *
 * <p>The data is at fault, never the reader: reading the same record again fails again. A stage counts it and answers it
 * (a dead letter, a gap) instead of stopping.
 */
public final class UndecodableRecordException extends SerializationException {
    private static final long serialVersionUID = 1L;

    /** An undecodable record, with what is wrong with its bytes. */
    public UndecodableRecordException(String message) {
        super(message);
    }

    /** An undecodable record, with what is wrong with its bytes and what the decoder said. */
    public UndecodableRecordException(String message, Throwable cause) {
        super(message, cause);
    }
}
