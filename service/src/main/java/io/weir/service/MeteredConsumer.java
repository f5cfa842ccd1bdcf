package io.weir.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.util.Map;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer of raw records whose own metrics are among those of the process, as {@code kafka.consumer.*}, until it is closed. For one
 * thread, as every consumer of Kafka.
 */
public final class MeteredConsumer extends KafkaConsumer<byte[], byte[]> {
    private final KafkaClientMetrics meters;

    /** With these settings, which have a client id of its own: it tells the metrics of consumers apart. */
    public MeteredConsumer(Map<String, Object> config, MeterRegistry registry) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        meters = new KafkaClientMetrics(this);
        meters.bindTo(registry);
    }

    @Override
    public void close() {
        meters.close();
        super.close();
    }

    @Override
    public void close(CloseOptions options) {
        meters.close();
        super.close(options);
    }
}
