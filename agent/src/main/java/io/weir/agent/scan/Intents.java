package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Records that were about to be sent and are not acknowledged. An acknowledged one settles the older ones of its path. */
final class Intents {
    private final NavigableMap<Long, JournalRecord> records = new TreeMap<>();
    private final Map<RelPath, NavigableMap<Long, JournalRecord>> byPath = new HashMap<>();

    /** Adds a record; it stands for older ones that say the same, so that trying again and again does not pile up. */
    void add(long number, JournalRecord record) {
        records.put(number, record);
        NavigableMap<Long, JournalRecord> same = byPath.computeIfAbsent(record.path(), path -> new TreeMap<>());
        Map.Entry<Long, JournalRecord> last = same.lastEntry();
        if (last != null && last.getValue().equals(record)) {
            same.remove(last.getKey());
            records.remove(last.getKey());
        }
        same.put(number, record);
    }

    /** The record of this number, which is acknowledged; null when it is settled already. */
    @Nullable
    JournalRecord acknowledged(long number) {
        JournalRecord record = records.get(number);
        if (record == null) {
            return null;
        }
        NavigableMap<Long, JournalRecord> same = byPath.getOrDefault(record.path(), new TreeMap<>());
        List<Long> settled = new ArrayList<>(same.headMap(number, true).keySet());
        for (Long each : settled) {
            same.remove(each);
            records.remove(each);
        }
        if (same.isEmpty()) {
            byPath.remove(record.path());
        }
        return record;
    }

    /** What is left, by number; not to be changed. */
    NavigableMap<Long, JournalRecord> left() {
        return records;
    }

    void clear() {
        records.clear();
        byPath.clear();
    }
}
