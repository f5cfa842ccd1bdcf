package io.weir.agent.watch;

import io.weir.posix.EventBuffer;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The bounded way from the reader to the tree thread: a fixed number of buffers that go round. When all are full the
 * reader waits, and the kernel's queue takes what comes; when that is full too, it says so, and the tree is walked again.
 */
final class Handover {
    /** One turn of the reader. Exactly one thread has it at a time. */
    static final class Load {
        private final EventBuffer events;
        private long readAtMicros;
        private boolean drained;
        private @Nullable Throwable failure;

        private Load(int bytes) {
            events = new EventBuffer(bytes);
        }

        EventBuffer events() {
            return events;
        }

        long readAtMicros() {
            return readAtMicros;
        }

        /** No events: the kernel's queue was empty some time after the load before. */
        boolean isDrained() {
            return drained;
        }

        /** No events: why the reader has ended. */
        @Nullable
        Throwable failure() {
            return failure;
        }
    }

    private final BlockingQueue<Load> empty;
    private final BlockingQueue<Load> full;

    Handover(int buffers, int bytes) {
        empty = new ArrayBlockingQueue<>(buffers);
        full = new ArrayBlockingQueue<>(buffers);
        for (int i = 0; i < buffers; i++) {
            empty.add(new Load(bytes));
        }
    }

    /** Waits for a free buffer, for the reader. */
    Load acquire() throws InterruptedException {
        Load load = empty.take();
        load.drained = false;
        load.failure = null;
        return load;
    }

    void events(Load load, long readAtMicros) {
        load.readAtMicros = readAtMicros;
        full.add(load);
    }

    void drained(Load load, long nowMicros) {
        load.readAtMicros = nowMicros;
        load.drained = true;
        full.add(load);
    }

    void failed(Load load, Throwable failure) {
        load.failure = failure;
        full.add(load);
    }

    /** The next load in the order of reading, or null after a while; for the tree thread, which gives it back. */
    @Nullable
    Load poll(long millis) throws InterruptedException {
        return full.poll(millis, TimeUnit.MILLISECONDS);
    }

    boolean isEmpty() {
        return full.isEmpty();
    }

    /** Gives a load back to the reader. */
    void release(Load load) {
        empty.add(load);
    }
}
