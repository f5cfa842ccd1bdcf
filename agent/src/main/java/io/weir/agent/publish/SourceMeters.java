package io.weir.agent.publish;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.scan.ScanMetrics;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Micros;
import java.util.Locale;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The counters of a source, over all its sessions. Thread-safe. */
public final class SourceMeters {
    private record Shown(Publisher publisher, DirtySet dirty) {}

    private final String source;
    private final MeterRegistry registry;
    private final PublisherMetrics publisher;
    private final ScanMetrics scans;
    private volatile @Nullable Shown shown;

    /** Registers the meters of a source. */
    public SourceMeters(String source, MeterRegistry registry) {
        this.source = source;
        this.registry = registry;
        this.publisher = new PublisherMetrics(source, registry);
        this.scans = new ScanMetrics(source, registry);
        Gauge.builder("weir.agent.pending", this, SourceMeters::pending)
                .description("Paths and records not yet acknowledged by Kafka")
                .tag("source", source)
                .strongReference(true)
                .register(registry);
        Gauge.builder("weir.agent.pending.age", this, SourceMeters::pendingSeconds)
                .description("Since when the oldest of them waits")
                .baseUnit("seconds")
                .tag("source", source)
                .strongReference(true)
                .register(registry);
        FunctionCounter.builder("weir.agent.collapses", this, SourceMeters::collapses)
                .description("Times the dirty set was full and subtrees became rescans")
                .tag("source", source)
                .register(registry);
    }

    /** Shows which state the source is in: the gauge of that state is 1, those of the others are 0. */
    public void showState(Supplier<ComponentState> now) {
        for (ComponentState state : ComponentState.values()) {
            Gauge.builder("weir.agent.state", () -> now.get() == state ? 1 : 0)
                    .description("1 for the state that the source is in")
                    .tags("source", source, "state", state.name().toLowerCase(Locale.ROOT))
                    .register(registry);
        }
    }

    /** Shows the numbers of this session from now on. */
    void show(Publisher of, DirtySet dirty) {
        shown = new Shown(of, dirty);
    }

    private double pending() {
        Shown now = shown;
        return now == null ? 0 : now.publisher().progress().pending();
    }

    private double pendingSeconds() {
        Shown now = shown;
        long oldest = now == null ? Long.MAX_VALUE : now.publisher().progress().oldestMicros();
        return oldest == Long.MAX_VALUE ? 0 : Math.max(0, Micros.now() - oldest) / 1e6;
    }

    private double collapses() {
        Shown now = shown;
        return now == null ? 0 : now.dirty().collapses();
    }

    MeterRegistry registry() {
        return registry;
    }

    PublisherMetrics publisher() {
        return publisher;
    }

    /** Changes that Kafka acknowledged since the process began. */
    public long changes() {
        return publisher.changes();
    }

    /** Epochs claimed since the process began. */
    public long epochs() {
        return publisher.claims();
    }

    /** What the scans found since the process began. */
    public ScanMetrics scans() {
        return scans;
    }
}
