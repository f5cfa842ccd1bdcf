package io.weir.agent.scan;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/** What is counted of the scans of one source. Thread-safe; one per source for the life of the agent. */
public final class ScanMetrics {
    private final Counter caughtUp;
    private final Counter swept;
    private final Timer catchUps;
    private final Timer sweeps;
    private final ScanProgress progress;
    private final AtomicLong bytes = new AtomicLong();

    /** Meters tagged with the source. */
    public ScanMetrics(String source, MeterRegistry registry) {
        caughtUp = found(source, "catch-up", registry);
        swept = found(source, "sweep", registry);
        catchUps = timer(source, "catch-up", registry);
        sweeps = timer(source, "sweep", registry);
        AtomicLong entries = new AtomicLong();
        AtomicLong expected = new AtomicLong();
        progress = new ScanProgress(source, System::nanoTime, entries, expected);
        Gauge.builder("weir.agent.scan.expected", expected, AtomicLong::get)
                .description(
                        "Entries that the scan under way has to look at, by the inventory; 0 when that is not known")
                .tag("source", source)
                .register(registry);
        Gauge.builder("weir.agent.scan.entries", entries, AtomicLong::get)
                .description("Entries looked at by the scan under way or, between scans, by the last one")
                .tag("source", source)
                .register(registry);
        Gauge.builder("weir.agent.inventory", bytes, AtomicLong::get)
                .description("Length of the files of the inventory")
                .baseUnit("bytes")
                .tag("source", source)
                .register(registry);
    }

    private static Counter found(String source, String kind, MeterRegistry registry) {
        return Counter.builder("weir.agent.scan.found")
                .description("Paths found by a scan to differ from what was published, and published then")
                .tag("source", source)
                .tag("kind", kind)
                .register(registry);
    }

    private static Timer timer(String source, String kind, MeterRegistry registry) {
        return Timer.builder("weir.agent.scan")
                .description("Scans of the source")
                .tag("source", source)
                .tag("kind", kind)
                .register(registry);
    }

    ScanProgress progress() {
        return progress;
    }

    void inventory(long length) {
        bytes.set(length);
    }

    void scanned(boolean catchUp, long nanos) {
        (catchUp ? catchUps : sweeps).record(nanos, TimeUnit.NANOSECONDS);
    }

    void found(boolean catchUp, long paths) {
        (catchUp ? caughtUp : swept).increment((double) paths);
    }

    /** Paths found by catch-ups since the process began. */
    public long caughtUp() {
        return (long) caughtUp.count();
    }

    /** Paths found by sweeps since the process began: no event told of them. */
    public long swept() {
        return (long) swept.count();
    }
}
