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

    void add(long number, JournalRecord record) {
        records.put(number, record);
        byPath.computeIfAbsent(record.path(), path -> new TreeMap<>()).put(number, record);
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
