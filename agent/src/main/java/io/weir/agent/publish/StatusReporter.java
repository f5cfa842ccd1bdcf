package io.weir.agent.publish;

import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends the heartbeats of all sources of an agent. A heartbeat that cannot be sent is dropped, since a newer one follows.
 * To be called by one thread.
 */
public final class StatusReporter {
    private static final Logger log = LoggerFactory.getLogger(StatusReporter.class);

    private final StatusLog statusLog;
    private final List<Supplier<Status>> sources;
    private final Outage outage = new Outage();
    private volatile @Nullable String trouble;

    /** Reports what the suppliers say. */
    public StatusReporter(StatusLog statusLog, List<Supplier<Status>> sources) {
        this.statusLog = statusLog;
        this.sources = List.copyOf(sources);
    }

    /** Sends what every source says now; does not wait for Kafka to acknowledge it. */
    public void report() {
        for (Supplier<Status> source : sources) {
            if (report(source.get()).isCompletedExceptionally()) {
                // It may have taken seconds to find out, and the other sources would fare no better.
                return;
            }
        }
    }

    private CompletableFuture<Long> report(Status status) {
        return statusLog
                .append(StatusKey.heartbeat(status.getComponent()), status)
                .whenComplete((offset, failure) -> {
                    String why = failure == null ? null : Refusal.explain(failure, AclOperation.WRITE);
                    if (why == null) {
                        outage.end()
                                .ifPresent(lasted ->
                                        log.info("status records are sent again: awaySeconds={}", lasted.toSeconds()));
                    } else if (outage.isNews(why)) {
                        log.warn(
                                "status records cannot be sent, tried again with each heartbeat: component={} cause={}",
                                status.getComponent(),
                                why);
                    }
                    trouble = why;
                });
    }

    /** Why the last heartbeat was not taken by Kafka; empty when it was, or none was answered yet. */
    public Optional<String> trouble() {
        return Optional.ofNullable(trouble).map(why -> "Kafka does not take status records: " + why);
    }
}
