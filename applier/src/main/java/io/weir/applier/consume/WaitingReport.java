package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Function;

/** Tells the topic of states about a replica whose directory cannot be used, before anything is replicated. Thread-safe. */
public final class WaitingReport implements AutoCloseable {
    /** It is told with every try, and those grow rarer. */
    private static final Duration INTERVAL = Duration.ofMinutes(1);

    private final KafkaOutbox outbox;
    private final Reports reports;
    private final Function<String, Optional<PromotedRoot>> promoted;

    /**
     * Of one replica.
     *
     * @param promoted by source: what its directory says, when it was promoted
     */
    public WaitingReport(
            String replica,
            Function<String, Optional<PromotedRoot>> promoted,
            KafkaSettings kafka,
            WireFormat format,
            MeterRegistry metrics) {
        this.promoted = promoted;
        outbox = new KafkaOutbox("weir-applier-" + replica + "-wait", kafka, format.framer(), metrics);
        outbox.start();
        reports = new Reports(replica, new Topics(kafka.topicPrefix()), outbox, Clocks.system());
        reports.interval(INTERVAL);
    }

    /** Why a source's replica cannot be worked on now; one that was promoted waits for nothing, and is told as that. */
    public void tell(String source, String message) {
        promoted.apply(source)
                .ifPresentOrElse(root -> reports.promoted(source, root), () -> reports.waiting(source, message));
    }

    @Override
    public void close() {
        outbox.close();
    }
}
