package io.weir.service;

import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.LongSupplier;
import java.util.regex.Pattern;

/**
 * When to tell people of one thing that is tried again and again in vain: at once, for each cause that was not told yet, and
 * otherwise at intervals that grow from one minute to ten. When it works again, that once, with how long it did not. Numbers
 * make no other cause when they count time or have four digits or more, as in what Kafka says; those of exit codes and names do.
 * Thread-safe.
 */
public final class Outage {
    private static final Duration FIRST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    /** Whoever meets so many causes is told of further ones with the next reminder. */
    private static final int MOST_CAUSES = 16;

    private static final Pattern NUMBER = Pattern.compile("\\d{4,}|\\d+(?= ?(?:ms|s|seconds)\\b)");

    private final LongSupplier nanos;
    private final Backoff intervals = new Backoff(FIRST, LONGEST, 0);
    private final Set<String> told = new HashSet<>();
    private long sinceNanos;
    private long remindNanos;

    /** Of something that works. */
    public Outage() {
        this(System::nanoTime);
    }

    /** The same, by another clock than {@link System#nanoTime}. */
    public Outage(LongSupplier nanos) {
        this.nanos = nanos;
    }

    /** It failed; whether people are to be told of it now. */
    public synchronized boolean isNews(String cause) {
        long now = nanos.getAsLong();
        if (told.isEmpty()) {
            sinceNanos = now;
            intervals.reset();
            remindNanos = now;
        }
        boolean isOther =
                told.size() < MOST_CAUSES && told.add(NUMBER.matcher(cause).replaceAll("#"));
        if (!isOther && now - remindNanos < 0) {
            return false;
        }
        remindNanos = now + intervals.next().toNanos();
        return true;
    }

    /** It works; how long it did not, if it did not until now. */
    public synchronized Optional<Duration> end() {
        if (told.isEmpty()) {
            return Optional.empty();
        }
        told.clear();
        return Optional.of(Duration.ofNanos(nanos.getAsLong() - sinceNanos));
    }
}
