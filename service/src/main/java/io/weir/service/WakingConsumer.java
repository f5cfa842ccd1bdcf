package io.weir.service;

import java.util.Map;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer of raw records of which all that waits fails with a {@link org.apache.kafka.common.errors.WakeupException} when the clock
 * is set back, as it might wait for hours. For one thread, which closes it by {@link #close()}.
 */
public final class WakingConsumer extends KafkaConsumer<byte[], byte[]> {
    private final ClockWatch.Registration clock;

    /** With these settings and nothing assigned. */
    public WakingConsumer(Map<String, Object> config, ClockWatch clock) {
        super(config, new ByteArrayDeserializer(), new ByteArrayDeserializer());
        this.clock = clock.onSetBack(this::wakeup);
    }

    @Override
    public void close() {
        clock.close();
        super.close();
    }
}
