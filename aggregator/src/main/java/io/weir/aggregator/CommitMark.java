package io.weir.aggregator;

import java.util.Map;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.streams.processor.StateStore;
import org.apache.kafka.streams.processor.StateStoreContext;
import org.apache.kafka.streams.state.StoreBuilder;

/**
 * A state store without content that counts the commits of its task: the only hook that Kafka Streams has behind a commit.
 *
 * <p>Why a count that has grown means that everything forwarded before is acknowledged (Kafka Streams 4.3.1, at least once):
 * {@code TaskExecutor.commitTasksAndMaybeUpdateCommittableOffsets} calls, on the task's one thread and with no processing in
 * between, {@code StreamTask.prepareCommit}, which flushes the producer and throws if any record of the task failed; then
 * the consumer's {@code commitSync}, which throws if it fails; then {@code StreamTask.postCommit}, which through
 * {@code ProcessorStateManager.commit} calls {@link #commit} of every store. The only other caller while records are being
 * processed is an orderly close, after the same flush. While a task is being restored it is called too, before any record
 * was sent. Confined to the task's thread.
 */
final class CommitMark implements StateStore {
    private final String name;
    private long count;
    private boolean isOpen;

    private CommitMark(String name) {
        this.name = name;
    }

    /** Commits seen so far. */
    long count() {
        return count;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public void init(StateStoreContext context, StateStore root) {
        context.register(root, (key, value) -> {});
        isOpen = true;
    }

    @Override
    public void commit(Map<TopicPartition, Long> changelogOffsets) {
        count++;
    }

    @Override
    public void close() {
        isOpen = false;
    }

    @Override
    public boolean persistent() {
        return false;
    }

    @Override
    public boolean isOpen() {
        return isOpen;
    }

    /** Builds the mark of each task: no changelog, no cache. */
    static final class Builder implements StoreBuilder<CommitMark> {
        private final String name;

        Builder(String name) {
            this.name = name;
        }

        @Override
        public StoreBuilder<CommitMark> withCachingEnabled() {
            throw new UnsupportedOperationException("a commit mark has no content to cache");
        }

        @Override
        public StoreBuilder<CommitMark> withCachingDisabled() {
            return this;
        }

        @Override
        public StoreBuilder<CommitMark> withLoggingEnabled(Map<String, String> config) {
            throw new UnsupportedOperationException("a commit mark has no content to log");
        }

        @Override
        public StoreBuilder<CommitMark> withLoggingDisabled() {
            return this;
        }

        @Override
        public CommitMark build() {
            return new CommitMark(name);
        }

        @Override
        public Map<String, String> logConfig() {
            return Map.of();
        }

        @Override
        public boolean loggingEnabled() {
            return false;
        }

        @Override
        public String name() {
            return name;
        }
    }
}
