package io.weir.agent.publish;

import io.weir.schemas.Status;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
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
    private volatile boolean failing;

    /** Reports what the suppliers say. */
    public StatusReporter(StatusLog statusLog, List<Supplier<Status>> sources) {
        this.statusLog = statusLog;
        this.sources = List.copyOf(sources);
    }

    /** Sends what every source says now; does not wait for Kafka. */
    public void report() {
        for (Supplier<Status> source : sources) {
            report(source.get());
        }
    }

    private void report(Status status) {
        CompletableFuture<Long> unused = statusLog.append(status).whenComplete((offset, failure) -> {
            if (failure == null) {
                failing = false;
            } else if (!failing) {
                failing = true;
                log.warn(
                        "status records cannot be sent, tried again with each heartbeat: component={} cause={}",
                        status.getComponent(),
                        failure.toString());
            }
        });
    }
}
