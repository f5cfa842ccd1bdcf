package io.weir.agent.watch;

import io.weir.posix.EventBuffer;
import io.weir.schemas.Micros;
import java.io.IOException;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The body of the tree thread: takes loads in order and has their events translated, until closed or lost. */
final class TreeLoop implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(TreeLoop.class);
    private static final long POLL_MILLIS = 500;

    private final Handover handover;
    private final RootDirectory root;
    private final EventTranslator translator;
    private final Consumer<Throwable> lost;
    private final IntConsumer counted;
    private volatile boolean closed;

    TreeLoop(
            Handover handover,
            RootDirectory root,
            EventTranslator translator,
            Consumer<Throwable> lost,
            IntConsumer counted) {
        this.handover = handover;
        this.root = root;
        this.translator = translator;
        this.lost = lost;
        this.counted = counted;
    }

    /** What the events are translated by. */
    EventTranslator translator() {
        return translator;
    }

    /** Ends the thread after the load at hand. */
    void close() {
        closed = true;
    }

    @Override
    public void run() {
        try {
            translator.readAt(Micros.now());
            translator.endOfRun(true);
            while (!closed) {
                Handover.Load load = handover.poll(POLL_MILLIS);
                if (load != null) {
                    handle(load);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.debug("The tree thread was interrupted");
        } catch (IOException | RuntimeException e) {
            if (!closed) {
                lost.accept(e);
            }
        }
    }

    private void handle(Handover.Load load) throws IOException {
        int count = 0;
        try {
            Throwable failure = load.failure();
            if (failure != null) {
                throw new IOException("reading events failed: " + failure.getMessage(), failure);
            }
            translator.readAt(load.readAtMicros());
            if (load.isDrained()) {
                translator.drained();
            } else {
                count = translate(load.events());
                translator.endOfRun(!handover.isEmpty());
            }
        } finally {
            root.close();
            counted.accept(count);
            handover.release(load);
        }
    }

    private int translate(EventBuffer events) throws IOException {
        int count = 0;
        while (events.next()) {
            translator.event(events.wd(), events.mask(), events.cookie(), events.name());
            count++;
        }
        return count;
    }
}
