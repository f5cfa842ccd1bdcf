package io.weir.aggregator;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
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

    /** A source is no longer processed here. */
    void forget(String source) {
        pending.remove(source);
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
