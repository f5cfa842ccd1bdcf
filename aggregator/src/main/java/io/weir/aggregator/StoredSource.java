package io.weir.aggregator;

import io.weir.schemas.RelPath;
import org.apache.kafka.common.utils.Bytes;
import org.apache.kafka.streams.state.KeyValueStore;

/** The entries of one source in the store that all sources of a task share. Confined to the task's thread. */
final class StoredSource implements SourceBuffer.Store {
    private final String source;
    private final KeyValueStore<Bytes, byte[]> store;
    private final Entries entries;

    StoredSource(String source, KeyValueStore<Bytes, byte[]> store, Entries entries) {
        this.source = source;
        this.store = store;
        this.entries = entries;
    }

    @Override
    public void put(RelPath path, Pending pending, EpochGate gate) {
        store.put(Entries.entryKey(source, path), entries.encode(source, path, pending, gate));
    }

    @Override
    public void remove(RelPath path) {
        store.delete(Entries.entryKey(source, path));
    }

    @Override
    public void position(EpochGate gate, long batchSequence) {
        store.put(Entries.positionKey(source), Entries.encode(gate, batchSequence));
    }
}
