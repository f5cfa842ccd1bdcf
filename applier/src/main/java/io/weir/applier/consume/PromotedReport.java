package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.FaultHandler;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Meters;
import io.weir.service.Pulse;
import java.time.Duration;
import java.util.Map;

/** Tells the topic of states, again and again, of sources of a replica that it was promoted to be. Thread-safe. */
public final class PromotedReport implements AutoCloseable {
    private final KafkaOutbox outbox;
    private final Loop loop;

    /**
     * Begins to tell.
     *
     * @param roots by source
     */
    public PromotedReport(
            String replica,
            Map<String, PromotedRoot> roots,
            Duration interval,
            KafkaSettings kafka,
            WireFormat format,
            MeterRegistry metrics,
            HealthRegistry health,
            FaultHandler faults) {
        // A source that nothing is applied of any more must not seem to be held for ever.
        roots.keySet()
                .forEach(source ->
                        Meters.remove(metrics, "weir.applier.", Tags.of("source", source, "replica", replica)));
        outbox = new KafkaOutbox("weir-applier-" + replica + "-promoted", kafka, format.framer(), metrics);
        outbox.start();
        Reports reports = new Reports(replica, new Topics(kafka.topicPrefix()), outbox, Clocks.system());
        reports.interval(interval);
        Runnable tell = () -> roots.forEach(reports::promoted);
        String name = "applier/" + replica + "/promoted";
        // The last word is the same: it does not stop to be so when the applier does.
        loop = new Loop(name, new Pulse(interval, tell, tell), health.heartbeat(name), faults);
        loop.start();
    }

    @Override
    public void close() {
        loop.close();
        outbox.close();
    }
}
