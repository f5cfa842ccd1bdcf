package io.weir.agent.watch;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The markers whose events were read and that are not told yet, as something of before is unsettled. Confined to the tree thread.
 *
 * <p>In a source that never rests the half of a rename would wait for thousands of events. But its other half, when there is one, is in
 * the queue before a marker that is set a pair wait after the first half was read: one is set to prove it.
 */
final class ReachedMarkers {
    private static final Logger log = LoggerFactory.getLogger(ReachedMarkers.class);

    /** The marker that proves halves of renames to be alone. */
    private static final String PROOF = "";

    private record Reached(String marker, long position, long nanos) {}

    private final Markers markers;
    private final long pairWaitNanos;
    private final Deque<Reached> waiting = new ArrayDeque<>();
    /** Up to which position halves are alone once the proof is read; 0 while there is none in the queue. */
    private long proofOf;

    ReachedMarkers(Markers markers, int pairWaitMillis) {
        this.markers = markers;
        this.pairWaitNanos = TimeUnit.MILLISECONDS.toNanos(pairWaitMillis);
    }

    /**
     * The end of a watch that is no directory's was read.
     *
     * @param position count of events read
     * @return the position up to which halves of renames are proven to be alone; 0 when this says nothing of them
     */
    long read(int wd, long position) {
        String marker = markers.reached(wd);
        if (PROOF.equals(marker)) {
            long proven = proofOf;
            proofOf = 0;
            return proven;
        }
        add(marker, position);
        return 0;
    }

    /** Events were lost at this position, and all markers that were set count as read. */
    void lost(long position) {
        proofOf = 0;
        markers.lost().stream().filter(marker -> !marker.equals(PROOF)).forEach(marker -> add(marker, position));
    }

    private void add(@Nullable String marker, long position) {
        if (marker != null) {
            waiting.add(new Reached(marker, position, System.nanoTime()));
        }
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /** How many events were read before the first of them. */
    long position() {
        return waiting.element().position();
    }

    /** Takes the first of them out, to be told. */
    String remove() {
        return waiting.remove().marker();
    }

    /** Has it proven, as soon as it can be, that halves of renames before the first of them are alone. */
    void prove() {
        Reached first = waiting.element();
        if (proofOf != 0 || System.nanoTime() - first.nanos() < pairWaitNanos) {
            return;
        }
        try {
            markers.set(PROOF);
            proofOf = first.position();
        } catch (IOException e) {
            log.debug("A marker waits until the source rests marker={} cause={}", first.marker(), e.getMessage());
        }
    }
}
