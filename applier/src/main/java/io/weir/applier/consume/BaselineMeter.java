package io.weir.applier.consume;

import io.weir.applier.reconcile.Progress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How far the baselines of one source are, and how fast. Counting is thread-safe; the rest is guarded by the lock of
 * {@link Replication}, or used by one thread.
 */
public final class BaselineMeter implements Progress {
    /** The rate is that of the last half minute: what is equal already passes fast, large files slowly. */
    private static final long WINDOW_NANOS = Duration.ofSeconds(30).toNanos();

    private static final long LEAST_NANOS = Duration.ofMillis(500).toNanos();
    private static final long LOG_NANOS = Duration.ofSeconds(5).toNanos();

    private final AtomicLong listed = new AtomicLong();
    private final AtomicLong toDo = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicLong bytes = new AtomicLong();
    private final Deque<Sample> samples = new ArrayDeque<>();
    private int jobs;
    private long loggedAt;

    private record Sample(long nanos, long done) {}

    /** With no baseline under way. */
    public BaselineMeter() {}

    /** A baseline begins; of several side by side the sum is told. */
    public void begin(long nanos) {
        if (jobs++ == 0) {
            listed.set(0);
            toDo.set(0);
            done.set(0);
            bytes.set(0);
            samples.clear();
            loggedAt = nanos;
        }
    }

    /** One has ended. */
    void end() {
        jobs--;
    }

    @Override
    public void listed(long entries) {
        listed.addAndGet(entries);
    }

    @Override
    public void toDo(long paths) {
        toDo.addAndGet(paths);
    }

    @Override
    public void done(long paths, long received) {
        done.addAndGet(paths);
        bytes.addAndGet(received);
    }

    /** Paths that are still to be pulled; 0 when there is no baseline, or it lists. */
    long left() {
        return jobs == 0 ? 0 : toDo.get() - settled();
    }

    /** Directories above are looked at again with every list, so more may have passed than there were. */
    private long settled() {
        return Math.min(done.get(), toDo.get());
    }

    /** In a few words; empty when there is no baseline. */
    public Optional<String> text(long nanos) {
        if (jobs == 0) {
            return Optional.empty();
        }
        long all = toDo.get();
        if (all == 0) {
            return Optional.of(String.format(Locale.ROOT, "lists, %,d entries so far", listed.get()));
        }
        long now = settled();
        samples.addLast(new Sample(nanos, now));
        while (samples.size() > 2 && nanos - samples.getFirst().nanos() > WINDOW_NANOS) {
            samples.removeFirst();
        }
        String share = now * 100 / all + " %";
        long time = nanos - samples.getFirst().nanos();
        if (time < LEAST_NANOS) {
            return Optional.of(share);
        }
        double perSecond = (now - samples.getFirst().done()) * 1e9 / time;
        String rate = String.format(Locale.ROOT, "%s %,d/s", share, Math.round(perSecond));
        return Optional.of(perSecond < 0.01 ? rate : rate + ", " + words((all - now) / perSecond) + " left");
    }

    private static String words(double seconds) {
        long whole = (long) Math.ceil(seconds);
        if (whole < 90) {
            return whole + " s";
        }
        long minutes = (whole + 30) / 60;
        return minutes < 90 ? minutes + " min" : (minutes + 30) / 60 + " h";
    }

    /** The numbers, by metric name; none when there is no baseline. */
    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        if (jobs > 0) {
            counters.put("weir.applier.baseline.listed", listed.get());
            counters.put("weir.applier.baseline.paths", toDo.get());
            counters.put("weir.applier.baseline.done", settled());
            counters.put("weir.applier.baseline.bytes", bytes.get());
        }
        return counters;
    }

    /** Whether a line in the log is due; it then counts as written. */
    boolean isLogDue(long nanos) {
        if (jobs == 0 || nanos - loggedAt < LOG_NANOS) {
            return false;
        }
        loggedAt = nanos;
        return true;
    }
}
