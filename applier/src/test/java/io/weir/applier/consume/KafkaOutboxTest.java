package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.service.KafkaSettings;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What becomes of a record that does not get as far as Kafka, which is not there. */
class KafkaOutboxTest {
    @Test
    void whatCannotBeFramedIsToldToHaveFailed() throws Exception {
        CompletableFuture<Exception> told = new CompletableFuture<>();
        IllegalArgumentException broken = new IllegalArgumentException("no record of ours");
        try (KafkaOutbox outbox = new KafkaOutbox(
                "outbox",
                KafkaSettings.of("127.0.0.1:9", "weir"),
                (topic, data) -> {
                    throw broken;
                },
                new SimpleMeterRegistry())) {
            outbox.start();

            outbox.send("weir.results", new byte[1], new byte[1], told::complete);

            assertThat(told.get(60, TimeUnit.SECONDS)).isSameAs(broken);
        }
    }
}
