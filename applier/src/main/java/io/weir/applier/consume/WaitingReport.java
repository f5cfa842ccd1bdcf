package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Duration;

/** Tells the topic of states about a replica whose directory cannot be used, before anything is replicated. Thread-safe. */
public final class WaitingReport implements AutoCloseable {
    /** It is told with every try, and those grow rarer. */
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final KafkaOutbox outbox;
    private final Reports reports;

    /** Of one replica. */
    public WaitingReport(String replica, KafkaSettings kafka, WireFormat format, MeterRegistry metrics) {
        outbox = new KafkaOutbox("weir-applier-" + replica + "-wait", kafka, format.framer(), metrics);
        outbox.start();
        reports = new Reports(replica, new Topics(kafka.topicPrefix()), outbox, Clocks.system());
        reports.interval(INTERVAL);
    }

    /** Why a source's replica cannot be worked on now. Does not block. */
    public void tell(String source, String message) {
        reports.waiting(source, message);
    }

    @Override
    public void close() {
        outbox.close();
    }
}
