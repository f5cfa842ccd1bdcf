package io.weir.aggregator;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.apache.kafka.common.utils.Bytes;

/** A store with a changelog, of which any prefix behind the last commit may survive a crash. */
final class MemoryStore implements SourceBuffer.Store {
    private record Write(Bytes key, Optional<Bytes> value) {}

    private final Entries entries = new Entries();
    private final TreeMap<Bytes, byte[]> committed = new TreeMap<>();
    private final List<Write> log = new ArrayList<>();

    @Override
    public void put(RelPath path, Pending pending, EpochGate gate) {
        Bytes key = Entries.entryKey(ChangeBuilder.SOURCE, path);
        log.add(new Write(key, Optional.of(Bytes.wrap(entries.encode(ChangeBuilder.SOURCE, path, pending, gate)))));
    }

    @Override
    public void remove(RelPath path) {
        log.add(new Write(Entries.entryKey(ChangeBuilder.SOURCE, path), Optional.empty()));
    }

    @Override
    public void position(EpochGate gate, long batchSequence) {
        log.add(new Write(
                Entries.positionKey(ChangeBuilder.SOURCE),
                Optional.of(Bytes.wrap(Entries.encode(gate, batchSequence)))));
    }

    MemoryStore copy() {
        MemoryStore copy = new MemoryStore();
        copy.committed.putAll(committed);
        copy.log.addAll(log);
        return copy;
    }

    int writes() {
        return log.size();
    }

    void commit() {
        keep(log.size());
    }

    /** After a crash: what was committed, and so many of the writes since. */
    void keep(int writes) {
        for (Write write : log.subList(0, writes)) {
            write.value()
                    .ifPresentOrElse(
                            value -> committed.put(write.key(), value.get()), () -> committed.remove(write.key()));
        }
        log.clear();
    }

    List<String> paths() {
        List<String> paths = new ArrayList<>();
        for (Bytes key : committed.keySet()) {
            RelPath path = Entries.path(key);
            if (path != null) {
                paths.add(path.toString());
            }
        }
        return paths;
    }

    SourceBuffer restored(AggregatorSettings settings, long nowMillis) {
        SourceBuffer buffer = new SourceBuffer(ChangeBuilder.SOURCE, settings, new FlushPolicy(settings), this);
        for (Map.Entry<Bytes, byte[]> each : committed.entrySet()) {
            RelPath path = Entries.path(each.getKey());
            if (path == null) {
                Entries.Position position = Entries.decodePosition(each.getValue());
                buffer.restorePosition(position.gate(), position.batchSequence());
            } else {
                Entries.Entry entry = entries.decode(each.getValue(), nowMillis);
                buffer.restoreEntry(path, entry.pending(), entry.gate());
            }
        }
        return buffer;
    }
}
