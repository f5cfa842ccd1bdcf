package io.weir.console;

import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/**
 * What happened in each of the last seconds: changes, paths in batches, bytes pulled, and how far behind each replica was. Not
 * thread-safe. Times are seconds since the epoch.
 */
final class Series {
    /** What is kept, in seconds. */
    static final int SECONDS = 900;

    private final Ring changes = new Ring();
    private final Ring paths = new Ring();
    private final Ring bytes = new Ring();
    private final Map<String, Ring> lags = new TreeMap<>();

    /** Values of the last seconds, each in the place of its second; -1 where none is known. */
    private static final class Ring {
        private final long[] values = new long[SECONDS];
        private final long[] seconds = new long[SECONDS];

        Ring() {
            Arrays.fill(seconds, -1);
        }

        void add(long second, long value) {
            int at = Math.floorMod(second, SECONDS);
            if (seconds[at] < second) {
                seconds[at] = second;
                values[at] = value;
            } else if (seconds[at] == second) {
                values[at] += value;
            }
        }

        void set(long second, long value) {
            int at = Math.floorMod(second, SECONDS);
            seconds[at] = second;
            values[at] = value;
        }

        long get(long second, long otherwise) {
            int at = Math.floorMod(second, SECONDS);
            return seconds[at] == second ? values[at] : otherwise;
        }
    }

    void change(long second) {
        changes.add(second, 1);
    }

    void batch(long second, int pathsInside) {
        paths.add(second, pathsInside);
    }

    void pulled(long second, long received) {
        bytes.add(second, received);
    }

    /** How far behind a replica's source is at this second, in milliseconds. */
    void lag(String replica, long second, long millis) {
        lags.computeIfAbsent(replica, each -> new Ring()).set(second, millis);
    }

    /** A replica that is told of no more. */
    void forget(String replica) {
        lags.remove(replica);
    }

    /** The seconds from {@code first} to {@code last}, as fields of the object that is open. */
    void write(JsonGenerator json, long first, long last) throws IOException {
        json.writeNumberField("first", first);
        row(json, "changes", changes, first, last, 0);
        row(json, "paths", paths, first, last, 0);
        row(json, "bytes", bytes, first, last, 0);
        json.writeObjectFieldStart("lagMillis");
        for (Map.Entry<String, Ring> each : lags.entrySet()) {
            row(json, each.getKey(), each.getValue(), first, last, -1);
        }
        json.writeEndObject();
    }

    private static void row(JsonGenerator json, String name, Ring ring, long first, long last, long otherwise)
            throws IOException {
        json.writeArrayFieldStart(name);
        for (long second = first; second <= last; second++) {
            json.writeNumber(ring.get(second, otherwise));
        }
        json.writeEndArray();
    }
}
