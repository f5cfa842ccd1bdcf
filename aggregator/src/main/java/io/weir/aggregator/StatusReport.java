package io.weir.aggregator;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Micros;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.HostName;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.apache.kafka.streams.KafkaStreams;

/** What an aggregator says about itself. Thread-safe. */
final class StatusReport {
    /** So long a gap is told of: the replicas have made the source equal since, or tell of their baseline. */
    private static final Duration GAP_NEWS = Duration.ofHours(1);

    private final String component;
    private final AggregatorMetrics metrics;
    private final Duration interval;
    private final String instance = UUID.randomUUID().toString();
    private volatile boolean wasRunning;

    /** Of the aggregator with this name, told at this interval; without a name it has the host's. */
    StatusReport(String name, AggregatorMetrics metrics, Duration interval) {
        this.interval = interval;
        this.component = "aggregator/" + (name.isBlank() ? HostName.get() : name);
        this.metrics = metrics;
    }

    String component() {
        return component;
    }

    /** The record as of now; {@code held} is what the work waits for. */
    Status status(KafkaStreams.State streams, Optional<String> held) {
        wasRunning |= streams == KafkaStreams.State.RUNNING;
        ComponentState state = state(streams);
        boolean isHeld = state == ComponentState.RUNNING && held.isPresent();
        Status.Builder status = Status.newBuilder()
                .setComponent(component)
                .setRole(Role.AGGREGATOR)
                .setInstance(instance)
                .setHost(HostName.get())
                .setPid(ProcessHandle.current().pid())
                .setState(isHeld ? ComponentState.RETRYING : state)
                .setAt(Instant.now().truncatedTo(ChronoUnit.MICROS))
                .setIntervalMillis(interval.toMillis())
                .setPendingPaths(metrics.pendingPaths())
                .setCounters(metrics.totals());
        if (isHeld) {
            held.ifPresent(status::setMessage);
        } else if (state != ComponentState.RUNNING && state != ComponentState.STOPPED) {
            status.setMessage("Kafka Streams is " + streams);
        } else {
            gaps(status.getAt()).or(this::served).ifPresent(status::setMessage);
        }
        long oldest = metrics.oldestCapturedAtMicros();
        if (oldest != Long.MAX_VALUE) {
            status.setOldestPendingAt(Micros.toInstant(oldest));
        }
        return status.build();
    }

    /** The sources whose changes this instance coalesces, of those that had any since it took them over. */
    private Optional<String> served() {
        Set<String> sources = metrics.pending().keySet();
        return sources.isEmpty() ? Optional.empty() : Optional.of("serves " + String.join(", ", sources));
    }

    private Optional<String> gaps(Instant now) {
        return metrics.gapsSince(now.minus(GAP_NEWS)).entrySet().stream()
                .map(each -> "gap of source " + each.getKey() + " at "
                        + each.getValue().at().truncatedTo(ChronoUnit.SECONDS) + ": "
                        + each.getValue().reason() + "; the whole source is made equal")
                .reduce((one, other) -> one + "; " + other);
    }

    private ComponentState state(KafkaStreams.State streams) {
        return switch (streams) {
            case CREATED -> ComponentState.STARTING;
            // Sources move between aggregators; theirs wait so long.
            case REBALANCING -> wasRunning ? ComponentState.RETRYING : ComponentState.STARTING;
            case RUNNING -> ComponentState.RUNNING;
            case PENDING_SHUTDOWN, NOT_RUNNING -> ComponentState.STOPPED;
            case PENDING_ERROR, ERROR -> ComponentState.FAILED;
        };
    }
}
