package io.weir.agent.scan;

import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** Makes an event and knows when it came back: all events before it were captured by then. Thread-safe. */
final class Probe {
    private final RootGuard guard;
    private final AtomicLong seenMicros = new AtomicLong();

    Probe(RootGuard guard) {
        this.guard = guard;
    }

    /** Makes an event of Weir's own directory, which is captured as one of the root. */
    void touch() throws IOException, SourceUnavailableException {
        guard.touchOwn();
    }

    /** An event of the root was captured. */
    void seen(long capturedAtMicros) {
        seenMicros.set(capturedAtMicros);
    }

    /** When the last event of the root was captured. */
    long seenMicros() {
        return seenMicros.get();
    }
}
