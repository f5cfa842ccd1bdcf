package io.weir.applier.consume;

import org.jspecify.annotations.Nullable;

/** Where records go that this applier writes. Sending never blocks. Thread-safe. */
public interface Outbox {
    /** Told once for every record, from any thread. */
    @FunctionalInterface
    interface Done {
        /** Null: acknowledged by Kafka. Otherwise the record was not written. */
        void done(@Nullable Exception failure);
    }

    /** Sends one record; a null value is a tombstone. */
    void send(String topic, byte[] key, byte @Nullable [] value, Done done);
}
