package io.weir.agent.publish;

import io.weir.schemas.Change;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A strict Kafka in memory: insists on sequences without holes and on growing epochs; fails and delays as told. */
final class MemoryChangeLog implements ChangeLog.Factory {
    final List<Change> changes = new ArrayList<>();
    Predicate<Change> fails = change -> false;
    boolean withholds;
    boolean opens = true;
    int withheld;
    private long lastEpoch;

    @Override
    public synchronized ChangeLog open(long epoch) throws IOException {
        if (!opens) {
            throw new IOException("it cannot be opened");
        }
        if (epoch <= lastEpoch) {
            throw new IllegalStateException("epoch " + epoch + " after " + lastEpoch);
        }
        lastEpoch = epoch;
        return new One(epoch);
    }

    synchronized List<Change> changes() {
        return List.copyOf(changes);
    }

    private final class One implements ChangeLog {
        private final long epoch;
        private long sequence;
        private boolean closed;
        private @Nullable Throwable failure;

        One(long epoch) {
            this.epoch = epoch;
        }

        @Override
        public void send(Change change, Answer answer) {
            synchronized (MemoryChangeLog.this) {
                sequence++;
                if (closed || change.getEpoch() != epoch || change.getSequence() != sequence) {
                    throw new IllegalStateException("expected " + epoch + "/" + sequence + " but got " + change);
                }
                if (failure == null && fails.test(change)) {
                    failure = new IllegalStateException("told to fail");
                }
                if (withholds) {
                    withheld++;
                } else {
                    if (failure == null) {
                        changes.add(change);
                    }
                    answer.answered(failure);
                }
            }
        }

        @Override
        public void abandon() {
            closed = true;
        }
    }
}
