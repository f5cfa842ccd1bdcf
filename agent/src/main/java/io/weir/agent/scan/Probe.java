package io.weir.agent.scan;

import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;

/** Makes an event and knows when it came back: all events before it were captured by then. Thread-safe. */
final class Probe {
    private final RootGuard guard;
    private final AtomicLong seenMicros = new AtomicLong();

    Probe(RootGuard guard) {
        this.guard = guard;
    }

    /** Makes an event of the root: setting the mode that it has changes nothing but the change time. */
    void touch() throws IOException, SourceUnavailableException {
        try (Fd root = guard.open()) {
            Fs.fchmod(root, Fs.fstat(root).permissions());
        }
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
