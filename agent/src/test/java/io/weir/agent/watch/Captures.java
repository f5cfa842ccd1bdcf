package io.weir.agent.watch;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.PathRules;
import java.io.IOException;

/** Captures for tests of other packages. */
public final class Captures {
    private Captures() {}

    /** One with the smallest buffers, so that a slow sink soon makes the kernel's queue fill. */
    public static InotifyCapture small(
            SourceRoot root, PathRules excludes, LinkIndex links, CaptureSink sink, MeterRegistry metrics) {
        return new InotifyCapture(root, excludes, links, sink, metrics, new WatchSettings(2, 8 * 1024, 10, 1_000));
    }

    /** How many events the kernel's queue takes. */
    public static int queueLength() throws IOException {
        return Integer.parseInt(WatchLimits.value("max_queued_events"));
    }
}
