package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.apache.kafka.streams.KafkaStreams;
import org.junit.jupiter.api.Test;

class StatusReportTest {
    private final AggregatorMetrics metrics = new AggregatorMetrics(new SimpleMeterRegistry());
    private final StatusReport report = new StatusReport("one", metrics, Duration.ofSeconds(3));

    @Test
    void tellsWhatIsPendingSinceWhen() {
        metrics.pending("data", 3);
        metrics.oldest("data", 5_000_000);
        metrics.pending("logs", 0);
        metrics.oldest("logs", 1_000_000);
        metrics.changes.increment(7);

        Status status = report.status(KafkaStreams.State.RUNNING, Optional.empty());

        assertThat(status.getComponent()).isEqualTo("aggregator/one");
        assertThat(status.getRole()).isEqualTo(Role.AGGREGATOR);
        assertThat(status.getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(status.getMessage()).isEqualTo("serves data, logs");
        assertThat(status.getPendingPaths()).isEqualTo(3);
        assertThat(status.getOldestPendingAt()).isEqualTo(Instant.ofEpochSecond(5));
        assertThat(status.getCounters()).containsEntry("weir.aggregator.changes", 7L);
    }

    @Test
    void tellsOfGapsForAWhileAndOfItsInterval() {
        metrics.gap("old", Instant.now().minusSeconds(3 * 3600), "changes are missing: long ago");
        metrics.gap("data", Instant.now(), "changes are missing: epoch 1 sequence 3 came after epoch 1 sequence 1");

        Status status = report.status(KafkaStreams.State.RUNNING, Optional.empty());

        assertThat(status.getState()).isEqualTo(ComponentState.RUNNING);
        assertThat(status.getMessage())
                .contains("gap of source data at ", "sequence 3 came after", "the whole source is made equal")
                .doesNotContain("old");
        assertThat(status.getCounters()).containsEntry("weir.aggregator.gaps", 2L);
        assertThat(status.getIntervalMillis()).isEqualTo(3000);
    }

    @Test
    void startsOnceAndRetriesAfterwards() {
        assertThat(state(KafkaStreams.State.CREATED)).isEqualTo(ComponentState.STARTING);
        assertThat(state(KafkaStreams.State.REBALANCING)).isEqualTo(ComponentState.STARTING);
        assertThat(state(KafkaStreams.State.RUNNING)).isEqualTo(ComponentState.RUNNING);
        assertThat(state(KafkaStreams.State.REBALANCING)).isEqualTo(ComponentState.RETRYING);
        assertThat(state(KafkaStreams.State.ERROR)).isEqualTo(ComponentState.FAILED);
        assertThat(state(KafkaStreams.State.NOT_RUNNING)).isEqualTo(ComponentState.STOPPED);
    }

    private ComponentState state(KafkaStreams.State streams) {
        return report.status(streams, Optional.empty()).getState();
    }
}
