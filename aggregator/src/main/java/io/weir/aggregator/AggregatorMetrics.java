package io.weir.aggregator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;

/** The meters {@code weir.aggregator.*}, shared by all tasks of one aggregator. Thread-safe. */
final class AggregatorMetrics {
    final Counter changes;
    final Counter batches;
    final Counter batchPaths;
    final Counter gaps;
    final Counter stale;
    final Counter duplicates;
    final Counter refused;
    final Counter undecodable;

    private final Map<String, Integer> pending = new ConcurrentHashMap<>();
    private final Map<String, Long> oldest = new ConcurrentHashMap<>();
    private final Map<String, Gap> lastGaps = new ConcurrentHashMap<>();

    /**
     * Changes of a source that are missing.
     *
     * @param at when that was seen
     * @param reason what is missing, for people
     */
    record Gap(Instant at, String reason) {}

    AggregatorMetrics(MeterRegistry registry) {
        changes = counter(registry, "changes", "Changes processed.");
        batches = counter(registry, "batches", "Batches sent.");
        batchPaths = counter(registry, "batch.paths", "Paths in the batches sent.");
        gaps = counter(registry, "gaps", "Holes in the sequence of changes; each makes a whole source pending.");
        stale = counter(registry, "stale", "Changes of a replaced agent, ignored.");
        duplicates = counter(registry, "duplicates", "Changes seen before and processed again.");
        refused = counter(registry, "refused", "Changes with a path that may not be replicated; dead letters.");
        undecodable = counter(registry, "undecodable", "Records that could not be read; dead letters.");
        Gauge.builder("weir.aggregator.pending", pending, AggregatorMetrics::sum)
                .description("Paths pending, of all sources of this aggregator.")
                .register(registry);
    }

    /** Notes how many paths of a source are pending. */
    void pending(String source, int paths) {
        pending.put(source, paths);
    }

    /** Notes when the oldest change behind the pending paths of a source was captured. */
    void oldest(String source, long capturedAtMicros) {
        oldest.put(source, capturedAtMicros);
    }

    /** Counts a gap in the changes of a source, and keeps the last one of each. */
    void gap(String source, Instant at, String reason) {
        gaps.increment();
        lastGaps.put(source, new Gap(at, reason));
    }

    /** The last gap of each source that had one since a moment. */
    Map<String, Gap> gapsSince(Instant moment) {
        Map<String, Gap> recent = new TreeMap<>(lastGaps);
        recent.values().removeIf(gap -> gap.at().isBefore(moment));
        return recent;
    }

    /** A source is no longer processed here. */
    void forget(String source) {
        pending.remove(source);
        oldest.remove(source);
    }

    /** Pending paths of all sources. */
    long pendingPaths() {
        return (long) sum(pending);
    }

    /** Of all sources, as of at most a second ago; {@link Long#MAX_VALUE} when nothing is pending. */
    long oldestCapturedAtMicros() {
        return oldest.entrySet().stream()
                .filter(each -> pending.getOrDefault(each.getKey(), 0) > 0)
                .mapToLong(Map.Entry::getValue)
                .min()
                .orElse(Long.MAX_VALUE);
    }

    /** Totals since the start, by name. */
    Map<String, Long> totals() {
        Map<String, Long> totals = new TreeMap<>();
        for (Counter each : List.of(changes, batches, batchPaths, gaps, stale, duplicates, refused, undecodable)) {
            totals.put(each.getId().getName(), (long) each.count());
        }
        return totals;
    }

    /** Pending paths of each source processed here. */
    Map<String, Integer> pending() {
        return new TreeMap<>(pending);
    }

    private static double sum(Map<String, Integer> pending) {
        return pending.values().stream().mapToLong(Integer::longValue).sum();
    }

    private static Counter counter(MeterRegistry registry, String name, String description) {
        return Counter.builder("weir.aggregator." + name)
                .description(description)
                .register(registry);
    }
}
