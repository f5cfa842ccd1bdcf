package io.weir.aggregator;

import java.util.concurrent.atomic.AtomicLong;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateRestoreListener;

/** Counts what a restore gets done. Thread-safe. */
final class RestoreProgress implements StateRestoreListener {
    private final AtomicLong steps = new AtomicLong();

    /** Grows with each step of any restore. */
    long steps() {
        return steps.get();
    }

    @Override
    public void onRestoreStart(TopicPartition partition, String store, long from, long to) {
        steps.incrementAndGet();
    }

    @Override
    public void onBatchRestored(TopicPartition partition, String store, long last, long count) {
        steps.incrementAndGet();
    }

    @Override
    public void onRestoreEnd(TopicPartition partition, String store, long total) {
        steps.incrementAndGet();
    }
}
