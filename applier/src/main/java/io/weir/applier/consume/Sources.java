package io.weir.applier.consume;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.weir.applier.reconcile.Reconciler;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Verification;
import io.weir.service.Backoff;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.DoubleSupplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/** The sources of a replica with their gauges. Guarded by the lock of {@link Replication}, which the gauges take. */
final class Sources {
    private final Map<String, SourceState> byName = new LinkedHashMap<>();
    private final OffsetTracker tracker;
    private final DeadLetters letters;
    private final Clocks clocks;
    private final Object lock;
    private final List<SourceState> all;

    /** Those of the reconcilers, in their order. */
    Sources(
            Surroundings around,
            Replication.Limits limits,
            Map<String, Reconciler> reconcilers,
            OffsetTracker tracker,
            DeadLetters letters,
            Object lock) {
        this.tracker = tracker;
        this.letters = letters;
        this.clocks = around.clocks();
        this.lock = lock;
        reconcilers.forEach((name, reconciler) -> add(name, reconciler, around, limits));
        all = List.copyOf(byName.values());
    }

    private void add(String name, Reconciler reconciler, Surroundings around, Replication.Limits limits) {
        OffsetTracker work = new OffsetTracker(tracker);
        Backlog backlog = new Backlog(limits.backlogPaths(), work);
        SourceHooks hooks = new SourceHooks(work, byName.size(), lock);
        RetryPolicy retry = new RetryPolicy(new Backoff(RetryPolicy.INITIAL, RetryPolicy.MAX, 0.3));
        SourceState source = new SourceState(
                name, byName.size(), reconciler, backlog, hooks, retry, around.metrics(), around.replica());
        byName.put(name, source);
        gauge(
                "weir.applier.lag",
                "Seconds since the capture of the oldest change not applied",
                around,
                source,
                () -> lag(source));
        gauge("weir.applier.pending.paths", "Distinct paths that wait", around, source, () -> backlog.size());
        gauge("weir.applier.pending.bytes", "Bytes of the files among them", around, source, () -> backlog.bytes());
        gauge(
                "weir.applier.unread",
                "Records of its partition in weir.batches that are not read yet",
                around,
                source,
                () -> source.unread() < 0 ? Double.NaN : source.unread());
        gauge("weir.applier.deadletters", "Dead letters of this source", around, source, () -> letters.count(name));
        gauge(
                "weir.applier.baseline.left",
                "Paths that a baseline under way has still to pull",
                around,
                source,
                () -> source.meter().left());
        gauge("weir.applier.held", "Paths held by the delete breaker", around, source, () -> letters.held(name));
        for (ComponentState state : ComponentState.values()) {
            Tags tags = tags(around, source).and("state", state.name().toLowerCase(Locale.ROOT));
            gauge(
                    "weir.applier.state",
                    "1 for the state that the source is in",
                    around.metrics(),
                    tags,
                    () -> source.state() == state ? 1 : 0);
        }
        drift("missing", around, source, Verification::getMissing);
        drift("extra", around, source, Verification::getExtra);
        drift("different", around, source, Verification::getDifferent);
        drift("unsure", around, source, Verification::getUnsure);
        gauge(
                "weir.applier.verify.finished",
                "When the last verification of the whole source ended, in seconds since the epoch",
                around,
                source,
                source::verifiedAt);
    }

    private void drift(String kind, Surroundings around, SourceState source, ToLongFunction<Verification> number) {
        gauge(
                "weir.applier.verify.drift",
                "Paths that differed in the last verification of the whole source, by kind",
                around.metrics(),
                tags(around, source).and("kind", kind),
                () -> source.verified(number));
    }

    private void gauge(
            String metric, String description, Surroundings around, SourceState source, DoubleSupplier value) {
        gauge(metric, description, around.metrics(), tags(around, source), value);
    }

    private static Tags tags(Surroundings around, SourceState source) {
        return Tags.of("source", source.name(), "replica", around.replica());
    }

    private void gauge(String metric, String description, MeterRegistry metrics, Tags tags, DoubleSupplier value) {
        // One of a replication that ended would stay, as a replica may be given up and opened again.
        metrics.find(metric).tags(tags).gauges().forEach(metrics::remove);
        Gauge.builder(metric, () -> {
                    synchronized (lock) {
                        return value.getAsDouble();
                    }
                })
                .description(description)
                .tags(tags)
                .register(metrics);
    }

    private double lag(SourceState source) {
        long oldest = source.oldestCapturedAtMicros();
        return oldest == Long.MAX_VALUE ? 0 : Math.max(0, (Clocks.micros(clocks.now()) - oldest) / 1e6);
    }

    Map<String, SourceState> byName() {
        return Collections.unmodifiableMap(byName);
    }

    List<SourceState> all() {
        return all;
    }

    /** One of the replica's sources, or null. */
    @Nullable
    SourceState find(String name) {
        return byName.get(name);
    }

    /** One of the replica's sources. */
    SourceState get(String name) {
        SourceState source = byName.get(name);
        if (source == null) {
            throw new IllegalArgumentException(
                    "source '" + name + "' is not one of this replica's: " + byName.keySet());
        }
        return source;
    }

    /** Entries that wait for a source that can be worked on and does not rest. */
    long workable() {
        return all.stream()
                .filter(source -> source.retry().isHealthy() && !source.pause().isOn())
                .mapToLong(source -> source.backlog().size())
                .sum();
    }

    /** One line for each source that is held, with the reason. */
    List<String> held() {
        return all.stream()
                .filter(source -> !source.trouble().isEmpty())
                .map(source -> source.name() + ": " + source.trouble())
                .toList();
    }

    /** Whether nothing waits and nothing is under way. */
    boolean areIdle() {
        return all.stream()
                .allMatch(source -> source.backlog().isIdle() && !source.hooks().isHolding());
    }
}
