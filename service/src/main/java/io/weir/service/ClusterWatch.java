package io.weir.service;

import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.header.Headers;
import org.apache.kafka.common.serialization.Serializer;
import org.jspecify.annotations.Nullable;

/**
 * A serializer that is told which Kafka its producer writes to, and tells once when that became another one: brokers that lost
 * everything give the ids of living producers to others, and would take records of the one for repeats of the other's. Used by
 * one producer.
 */
public final class ClusterWatch<T> implements Serializer<T>, ClusterResourceListener {
    private final Serializer<T> serializer;
    private @Nullable String known; // guarded by this
    private @Nullable Runnable onChange; // guarded by this
    private boolean changed; // guarded by this

    /** Serializes by another serializer. */
    public ClusterWatch(Serializer<T> serializer) {
        this.serializer = serializer;
    }

    /** What to run, in the producer's own thread, when the Kafka is another one; at once when it is already. */
    public void onChange(Runnable action) {
        boolean late;
        synchronized (this) {
            onChange = action;
            late = changed;
        }
        if (late) {
            action.run();
        }
    }

    @Override
    public void onUpdate(ClusterResource cluster) {
        Runnable action;
        synchronized (this) {
            String id = cluster.clusterId();
            if (id == null || changed) {
                return;
            }
            changed = known != null && !known.equals(id);
            known = id;
            action = changed ? onChange : null;
        }
        if (action != null) {
            action.run();
        }
    }

    @Override
    public byte[] serialize(String topic, T data) {
        return serializer.serialize(topic, data);
    }

    @Override
    public byte[] serialize(String topic, Headers headers, T data) {
        return serializer.serialize(topic, headers, data);
    }

    @Override
    public void close() {
        serializer.close();
    }
}
