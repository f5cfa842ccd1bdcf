package io.weir.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.kafka.KafkaClientMetrics;
import java.time.Duration;
import java.util.Map;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.serialization.Serializer;

/** A producer whose own metrics are among those of the process, as {@code kafka.producer.*}, until it is closed. Thread-safe. */
public final class MeteredProducer<K, V> extends KafkaProducer<K, V> {
    private final KafkaClientMetrics meters;

    /** With these settings, which have a client id of its own: it tells the metrics of producers apart. */
    public MeteredProducer(
            Map<String, Object> config, Serializer<K> keys, Serializer<V> values, MeterRegistry registry) {
        super(config, keys, values);
        meters = new KafkaClientMetrics(this);
        meters.bindTo(registry);
    }

    @Override
    public void close() {
        meters.close();
        super.close();
    }

    @Override
    public void close(Duration timeout) {
        meters.close();
        super.close(timeout);
    }
}
