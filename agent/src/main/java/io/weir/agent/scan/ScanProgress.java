package io.weir.agent.scan;

import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far the scan under way is. One thread begins, ends and logs; the other methods may be called from any. */
final class ScanProgress {
    private static final Logger log = LoggerFactory.getLogger(ScanProgress.class);
    private static final long LOG_NANOS = TimeUnit.SECONDS.toNanos(5);

    private record Under(String what, long beganNanos) {}

    private final String source;
    private final LongSupplier nanoClock;
    private final AtomicLong looked;
    private final AtomicLong expected;
    private volatile @Nullable Under way;
    private long loggedNanos;

    /**
     * No scan is under way.
     *
     * @param looked counts the entries looked at
     * @param expected takes how many there may be
     */
    ScanProgress(String source, LongSupplier nanoClock, AtomicLong looked, AtomicLong expected) {
        this.source = source;
        this.nanoClock = nanoClock;
        this.looked = looked;
        this.expected = expected;
    }

    /** The scan begins. */
    void begin(String what) {
        looked.set(0);
        expected.set(0);
        loggedNanos = nanoClock.getAsLong();
        way = new Under(what, loggedNanos);
    }

    /** The inventory has so many entries. */
    void expect(long entries) {
        expected.set(entries);
    }

    /** Counts entries looked at. */
    AtomicLong looked() {
        return looked;
    }

    /** The scan is over. */
    void end() {
        way = null;
    }

    /** For people; null between scans. */
    @Nullable
    String text() {
        Under now = way;
        return now == null
                ? null
                : describe(
                        now.what(),
                        looked.get(),
                        expected.get(),
                        Duration.ofNanos(nanoClock.getAsLong() - now.beganNanos()));
    }

    /** Logs every few seconds; to be called often. */
    void tick() {
        long now = nanoClock.getAsLong();
        if (way != null && now - loggedNanos >= LOG_NANOS) {
            loggedNanos = now;
            log.info("scan under way: source={} progress=\"{}\"", source, text());
        }
    }

    /** Says it in one line: how many, of how many if that is known, how fast, and how long it may take yet. */
    static String describe(String what, long looked, long expected, Duration time) {
        StringBuilder text = new StringBuilder(what).append(", ").append(looked);
        boolean isShareKnown = expected > 0 && looked <= expected;
        if (isShareKnown) {
            text.append(String.format(Locale.ROOT, " of about %d (%d %%)", expected, looked * 100 / expected));
        }
        text.append(" entries looked at");
        long millis = time.toMillis();
        long perSecond = millis == 0 ? 0 : looked * 1000 / millis;
        if (perSecond > 0) {
            text.append(", ").append(perSecond).append("/s");
            if (isShareKnown) {
                text.append(", about ").append((expected - looked) / perSecond).append(" s left");
            }
        }
        return text.toString();
    }
}
