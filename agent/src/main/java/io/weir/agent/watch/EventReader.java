package io.weir.agent.watch;

import io.weir.posix.Inotify;
import io.weir.posix.Processes;
import io.weir.schemas.Micros;
import java.io.IOException;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Moves events from the kernel into buffers and does nothing else: a default queue of 16,384 events is full after some 20
 * ms of a storm, so nothing may keep this thread.
 */
final class EventReader implements Runnable {
    private static final Logger log = LoggerFactory.getLogger(EventReader.class);
    private static final int IDLE_MILLIS = 200;
    private static final int NICE = -10;

    /**
     * How long events may gather after a read before the next one. In a storm a read for each event would cost several
     * times what the event does, and the kernel merges equal events only while they wait. The default queue holds 16 times this.
     */
    private static final long GATHER_NANOS = 1_000_000;

    private final Inotify inotify;
    private final Handover handover;
    private final int pairWaitMillis;
    private volatile boolean closed;

    /** Reads from a queue; {@code pairWaitMillis} is how long it must have been empty to count as drained. */
    EventReader(Inotify inotify, Handover handover, int pairWaitMillis) {
        this.inotify = inotify;
        this.handover = handover;
        this.pairWaitMillis = pairWaitMillis;
    }

    /** Ends the thread within the next wait. */
    void close() {
        closed = true;
    }

    @Override
    public void run() {
        raisePriority();
        boolean toldDrained = true;
        long readAt = System.nanoTime() - GATHER_NANOS;
        try {
            while (!closed) {
                if (inotify.await(toldDrained ? IDLE_MILLIS : pairWaitMillis)) {
                    Handover.Load load = handover.acquire();
                    gather(readAt);
                    if (!read(load)) {
                        return;
                    }
                    readAt = System.nanoTime();
                    toldDrained = false;
                } else if (!toldDrained) {
                    handover.drained(handover.acquire(), Micros.now());
                    toldDrained = true;
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            log.debug("Reading of events was interrupted");
        } catch (IOException | RuntimeException e) {
            fail(e);
        }
    }

    /** Waits when the last read was only just now; the first event after a rest is never kept. */
    private static void gather(long readAt) {
        long left = readAt + GATHER_NANOS - System.nanoTime();
        if (left > 0) {
            LockSupport.parkNanos(left);
        }
    }

    private boolean read(Handover.Load load) {
        try {
            inotify.read(load.events());
            handover.events(load, Micros.now());
            return true;
        } catch (IOException | RuntimeException e) {
            handover.failed(load, e);
            return false;
        }
    }

    private void fail(Exception cause) {
        try {
            handover.failed(handover.acquire(), cause);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static void raisePriority() {
        try {
            Processes.setThreadNice(NICE);
        } catch (IOException e) {
            log.debug("The event reader runs at normal priority nice={} cause={}", NICE, e.getMessage());
        }
    }
}
