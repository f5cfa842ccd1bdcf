package io.weir.agent.publish;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;

/** What is counted of one source's publishing. Thread-safe; one per source for the life of the agent. */
final class PublisherMetrics {
    private final Counter published;
    private final Counter linked;
    private final Counter epochs;
    private final Timer acknowledged;

    /** Meters tagged with the source. */
    PublisherMetrics(String source, MeterRegistry registry) {
        published = Counter.builder("weir.agent.changes")
                .description("Changes acknowledged by Kafka")
                .tag("source", source)
                .register(registry);
        linked = Counter.builder("weir.agent.linked")
                .description("Changes sent for other names of a changed inode")
                .tag("source", source)
                .register(registry);
        epochs = Counter.builder("weir.agent.epochs")
                .description("Epochs claimed; each but the first stands for a failed send or a restarted watch")
                .tag("source", source)
                .register(registry);
        acknowledged = Timer.builder("weir.agent.publish")
                .description("From the kernel's event to Kafka's acknowledgement")
                .tag("source", source)
                .register(registry);
    }

    void acknowledged(long capturedAtMicros, long nowMicros) {
        published.increment();
        acknowledged.record(Math.max(0, nowMicros - capturedAtMicros), TimeUnit.MICROSECONDS);
    }

    void linked() {
        linked.increment();
    }

    void claimed() {
        epochs.increment();
    }

    long changes() {
        return (long) published.count();
    }

    long claims() {
        return (long) epochs.count();
    }
}
