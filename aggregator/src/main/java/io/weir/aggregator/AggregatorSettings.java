package io.weir.aggregator;

import io.weir.schemas.PathRules;
import io.weir.schemas.TemporaryNames;
import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Settings of the aggregator. Immutable.
 *
 * @param windowQuiet distance between two batches of a source at rest
 * @param windowMax distance between two batches of a source in a burst
 * @param batchMaxPaths most paths of a batch
 * @param batchMaxBytes most bytes of a batch's record
 * @param settle how long a file that was not closed must rest
 * @param settleMax when a file that never rests is sent all the same
 * @param tempGrace how long a temporary name waits
 * @param temporaryNames patterns of temporary names
 * @param collapseAbove pending paths below a new directory that make it one recursive entry
 * @param pendingMaxPaths pending paths of a source at which everything goes, whatever it waits for
 * @param threads stream threads
 * @param name of this aggregator in status records; empty for the host's
 * @param statusInterval how often the state is published
 * @param stateDirectory for Kafka Streams: a lock and an identity; the state itself is in Kafka
 */
public record AggregatorSettings(
        Duration windowQuiet,
        Duration windowMax,
        int batchMaxPaths,
        long batchMaxBytes,
        Duration settle,
        Duration settleMax,
        Duration tempGrace,
        List<String> temporaryNames,
        int collapseAbove,
        int pendingMaxPaths,
        int threads,
        String name,
        Duration statusInterval,
        Path stateDirectory) {
    /** See {@link #windowQuiet}. */
    public static final Setting<Duration> WINDOW_QUIET = Setting.duration(
            "window.quiet",
            Duration.ofMillis(20),
            "Least time between two batches of a source. A change to a source that was idle for so long goes at once.");

    /** See {@link #windowMax}. */
    public static final Setting<Duration> WINDOW_MAX = Setting.duration(
            "window.max",
            Duration.ofMillis(200),
            "To this the time between two batches grows while they are big, so that rsync runs stay few.");

    /** See {@link #batchMaxPaths}. */
    public static final Setting<Integer> BATCH_MAX_PATHS = Setting.count(
                    "batch.max.paths", 5000, "Most paths of one batch; that many go without waiting for the window.")
            .check(paths -> paths >= 1, "must be at least 1");

    /** See {@link #batchMaxBytes}. */
    public static final Setting<Long> BATCH_MAX_BYTES = Setting.size(
                    "batch.max.bytes", 512 * 1024, "Most bytes of one batch. Brokers refuse records over 1 MiB.")
            .check(bytes -> bytes >= 16 * 1024 && bytes <= 900 * 1024, "must be from 16 KiB to 900 KiB");

    /** See {@link #settle}. */
    public static final Setting<Duration> SETTLE = Setting.duration(
            "settle", Duration.ofSeconds(1), "A file that was written but not closed is sent after it rested so long.");

    /** See {@link #settleMax}. */
    public static final Setting<Duration> SETTLE_MAX = Setting.duration(
            "settle.max", Duration.ofSeconds(30), "A file that is written all the time is sent at least so often.");

    /** See {@link #tempGrace}. */
    public static final Setting<Duration> TEMP_GRACE = Setting.duration(
            "temp.grace",
            Duration.ofSeconds(10),
            "A temporary name waits so long; it is pulled only if it is still there by then.");

    /** See {@link #temporaryNames}. */
    public static final Setting<List<String>> TEMPORARY_NAMES =
            Setting.list("temp.names", TemporaryNames.DEFAULTS, "Patterns of names that look temporary.");

    /** See {@link #collapseAbove}. */
    public static final Setting<Integer> COLLAPSE_ABOVE = Setting.count(
            "collapse.above",
            1000,
            "With more pending paths than this below it, a new directory goes as one recursive entry.");

    /** See {@link #pendingMaxPaths}. */
    public static final Setting<Integer> PENDING_MAX_PATHS = Setting.count(
                    "pending.max.paths",
                    200_000,
                    "At so many pending paths of a source everything goes, whatever it waits for. Bounds memory.")
            .check(paths -> paths >= 1, "must be at least 1");

    /** See {@link #threads}. */
    public static final Setting<Integer> THREADS = Setting.count(
                    "threads", 1, "Stream threads. One thread keeps up with 100,000 changes per second.")
            .check(threads -> threads >= 1, "must be at least 1");

    /** See {@link #name}. */
    public static final Setting<String> NAME = Setting.text(
                    "name", "", "Name of this aggregator in `weir status`; empty for the host's.")
            .check(name -> name.isEmpty() || Names.isName(name), Names.RULE);

    /** See {@link #statusInterval}. */
    public static final Setting<Duration> STATUS_INTERVAL = Setting.duration(
                    "status.interval", Duration.ofSeconds(3), "How often the state is published.")
            .check(interval -> interval.toMillis() >= 100, "must be at least 100 ms");

    /** See {@link #stateDirectory}. */
    public static final Setting<Path> STATE_DIRECTORY = Setting.path(
            "state.dir",
            Path.of("/var/lib/weir/aggregator"),
            "Directory of Kafka Streams: a lock and an identity. The state itself is in Kafka.");

    /** All settings of this record, for the reference. */
    public static final List<Setting<?>> SETTINGS = List.of(
            WINDOW_QUIET,
            WINDOW_MAX,
            BATCH_MAX_PATHS,
            BATCH_MAX_BYTES,
            SETTLE,
            SETTLE_MAX,
            TEMP_GRACE,
            TEMPORARY_NAMES,
            COLLAPSE_ABOVE,
            PENDING_MAX_PATHS,
            THREADS,
            NAME,
            STATUS_INTERVAL,
            STATE_DIRECTORY);

    /** Copies the list. */
    public AggregatorSettings {
        temporaryNames = List.copyOf(temporaryNames);
    }

    /** All defaults, with a state directory. */
    public static AggregatorSettings defaults(Path stateDirectory) {
        return new AggregatorSettings(
                WINDOW_QUIET.fallback(),
                WINDOW_MAX.fallback(),
                BATCH_MAX_PATHS.fallback(),
                BATCH_MAX_BYTES.fallback(),
                SETTLE.fallback(),
                SETTLE_MAX.fallback(),
                TEMP_GRACE.fallback(),
                TEMPORARY_NAMES.fallback(),
                COLLAPSE_ABOVE.fallback(),
                PENDING_MAX_PATHS.fallback(),
                THREADS.fallback(),
                NAME.fallback(),
                STATUS_INTERVAL.fallback(),
                stateDirectory);
    }

    /** Reads the section {@code aggregator}; what does not fit together becomes a problem. */
    public static AggregatorSettings read(SettingsNode node) {
        AggregatorSettings read = new AggregatorSettings(
                node.get(WINDOW_QUIET),
                node.get(WINDOW_MAX),
                node.get(BATCH_MAX_PATHS),
                node.get(BATCH_MAX_BYTES),
                node.get(SETTLE),
                node.get(SETTLE_MAX),
                node.get(TEMP_GRACE),
                node.get(TEMPORARY_NAMES),
                node.get(COLLAPSE_ABOVE),
                node.get(PENDING_MAX_PATHS),
                node.get(THREADS),
                node.get(NAME),
                node.get(STATUS_INTERVAL),
                node.get(STATE_DIRECTORY));
        if (read.windowMax.compareTo(read.windowQuiet) < 0) {
            node.problem(WINDOW_MAX, "must not be less than " + WINDOW_QUIET.key());
        }
        if (read.settleMax.compareTo(read.settle) < 0) {
            node.problem(SETTLE_MAX, "must not be less than " + SETTLE.key());
        }
        try {
            PathRules.of(read.temporaryNames);
        } catch (IllegalArgumentException e) {
            node.problem(TEMPORARY_NAMES, String.valueOf(e.getMessage()));
        }
        return read;
    }
}
