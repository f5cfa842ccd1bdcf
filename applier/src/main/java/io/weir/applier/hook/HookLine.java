package io.weir.applier.hook;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.weir.applier.reconcile.Change;
import io.weir.service.Backoff;
import io.weir.service.FaultHandler;
import io.weir.service.Outage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One hook of one source: what waits for it, and the thread that calls it. What comes while it is called is told in the next call, as one, so
 * that memory and the number of calls stay bounded however slow it is. Thread-safe; its monitor is held for moments only, and whoever adds
 * may hold a lock that {@link Hold#release} takes.
 */
final class HookLine implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(HookLine.class);
    private static final long CLOSE_MILLIS = 5_000;
    /** How long a call that was given up is told in the status. */
    private static final Duration TOLD = Duration.ofHours(1);

    private final Hook hook;
    private final Hooks.Place place;
    private final Predicate<Change> taken;
    private final Caller caller;
    private final Backoff backoff;
    private final InstantSource clock;
    private final MeterRegistry metrics;
    private final FaultHandler faults;
    private final Tags tags;
    private final Thread thread;
    private @Nullable Work waiting;
    private @Nullable Work underWay;
    private final Outage outage = new Outage();
    private String failure = "";
    private String lastGivenUp = "";
    private long givenUp;
    private @Nullable Instant givenUpAt;
    private boolean closed;

    /** What is to be told, and what waits for that. */
    private record Work(Applied applied, Hold hold) {}

    /**
     * Nothing is called yet.
     *
     * @param taken what the source's replica takes, of which the hook's own patterns choose
     */
    HookLine(
            Hook hook,
            Hooks.Place place,
            Predicate<Change> taken,
            Caller caller,
            Backoff backoff,
            InstantSource clock,
            MeterRegistry metrics,
            FaultHandler faults) {
        this.hook = hook;
        this.place = place;
        this.taken = taken.and(change -> isOf(hook, change));
        this.caller = caller;
        this.backoff = backoff;
        this.clock = clock;
        this.metrics = metrics;
        this.faults = faults;
        this.tags = Tags.of("source", place.source(), "replica", place.replica(), "hook", hook.name());
        this.thread =
                new Thread(this::work, "applier/" + place.replica() + "/" + place.source() + "/hook/" + hook.name());
        thread.setDaemon(true);
        thread.start();
    }

    /** What stands for everything below a directory may stand for a path that is chosen. */
    private static boolean isOf(Hook hook, Change change) {
        boolean isAll = hook.paths().isEmpty() || (change.directory() && change.action() != Change.Action.UPDATED);
        return isAll
                || hook.paths().matches(change.path())
                || (change.from() != null && hook.paths().matches(change.from()));
    }

    /** Tells what was done; the hold is asked for only when the hook is required. Does not block. */
    synchronized void add(Applied applied, Supplier<Hold> hold) {
        if (closed) {
            return;
        }
        Hold held = hook.required() ? hold.get() : Hold.NONE;
        Work before = waiting;
        waiting = before == null
                ? new Work(applied, held)
                : new Work(before.applied().then(applied), before.hold().with(held));
        notifyAll();
    }

    private void work() {
        try {
            for (Work next = take(); next != null; next = take()) {
                if (tell(next.applied())) {
                    next.hold().release();
                    end();
                }
            }
        } catch (InterruptedException e) {
            // A stop: what is required is told again when the position is read again, which has not passed.
            Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
            // Without its thread the position would wait for ever, and nobody knew why.
            faults.fatal(thread.getName(), e);
        } finally {
            caller.close();
        }
    }

    private synchronized @Nullable Work take() throws InterruptedException {
        while (waiting == null && !closed) {
            wait();
        }
        if (closed) {
            return null;
        }
        underWay = waiting;
        waiting = null;
        return underWay;
    }

    private synchronized void end() {
        underWay = null;
        notifyAll();
    }

    /** Calls, in parts, until all of it has succeeded or is given up. Whether the position may pass; always, but when this is closed. */
    private boolean tell(Applied applied) throws InterruptedException {
        List<Change> ours = applied.changes().stream().filter(taken).toList();
        int parts = (ours.size() + hook.maxPaths() - 1) / hook.maxPaths();
        String id = UUID.randomUUID().toString();
        for (int part = 1; part <= parts; part++) {
            int from = (part - 1) * hook.maxPaths();
            List<Change> some = ours.subList(from, Math.min(ours.size(), from + hook.maxPaths()));
            byte[] json = CallJson.of(place, hook.name(), applied, new CallJson.Part(id, part, parts, some));
            if (!tell(json, some.size())) {
                return !isClosed();
            }
        }
        return true;
    }

    private boolean tell(byte[] json, int paths) throws InterruptedException {
        for (int tried = 1; !isClosed(); tried++) {
            Optional<String> why = attempt(json);
            if (why.isEmpty()) {
                succeeded();
                return true;
            }
            if (!hook.required() && tried > hook.retries()) {
                giveUp(why.get(), tried, paths);
                return false;
            }
            Duration wait = backoff.next();
            failed(why.get(), tried, wait);
            rest(wait);
        }
        return false;
    }

    private Optional<String> attempt(byte[] json) throws InterruptedException {
        long begun = System.nanoTime();
        Optional<String> why;
        try {
            why = caller.call(json);
        } catch (RuntimeException e) {
            // Such as a URL that the client does not take: told like any failure, and the position waits.
            log.error(
                    "calling a hook broke: hook={} source={} replica={}",
                    hook.name(),
                    place.source(),
                    place.replica(),
                    e);
            why = Optional.of(e.toString());
        }
        Timer.builder("weir.applier.hook.time")
                .description("Tries of calls of hooks")
                .tags(tags)
                .register(metrics)
                .record(System.nanoTime() - begun, TimeUnit.NANOSECONDS);
        count(why.isEmpty() ? "ok" : "failed");
        return why;
    }

    private void count(String outcome) {
        Counter.builder("weir.applier.hook.calls")
                .description("Tries of calls of hooks by outcome, and calls that were given up")
                .tags(tags)
                .tag("outcome", outcome)
                .register(metrics)
                .increment();
    }

    private synchronized void succeeded() {
        outage.end()
                .ifPresent(lasted -> log.info(
                        "hook works again: hook={} source={} replica={} failedSeconds={}",
                        hook.name(),
                        place.source(),
                        place.replica(),
                        lasted.toSeconds()));
        failure = "";
        backoff.reset();
    }

    private synchronized void failed(String why, int tried, Duration wait) {
        failure = why;
        if (outage.isNews(why)) {
            log.warn(
                    "hook failed: hook={} source={} replica={} required={} tries={} retryMillis={} cause={}",
                    hook.name(),
                    place.source(),
                    place.replica(),
                    hook.required(),
                    tried,
                    wait.toMillis(),
                    why);
        }
    }

    private synchronized void giveUp(String why, int tried, int paths) {
        log.error(
                "hook given up: hook={} source={} replica={} tries={} paths={} cause={}",
                hook.name(),
                place.source(),
                place.replica(),
                tried,
                paths,
                why);
        count("given-up");
        failure = "";
        backoff.reset();
        givenUp++;
        lastGivenUp = why;
        givenUpAt = clock.instant();
    }

    /** Between two tries. */
    private synchronized void rest(Duration wait) throws InterruptedException {
        long end = System.nanoTime() + wait.toNanos();
        for (long left = wait.toNanos(); left > 0 && !closed; left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, left);
        }
    }

    private synchronized boolean isClosed() {
        return closed;
    }

    /** Why the position waits, for people; empty while it does not, or for a first try only. */
    synchronized String trouble() {
        return hook.required() && !failure.isEmpty()
                ? "hook " + hook.name() + " failed: " + failure + "; it is called again until it succeeds"
                : "";
    }

    /** What was given up lately, for people; empty for nothing. */
    synchronized String note() {
        Instant at = givenUpAt;
        return at == null || clock.instant().isAfter(at.plus(TOLD))
                ? ""
                : "hook " + hook.name() + " was given up, the last time at " + at.truncatedTo(ChronoUnit.SECONDS)
                        + " and " + givenUp + " times since the start: " + lastGivenUp;
    }

    /** When the oldest change was captured for which the position waits; null when it waits for none. */
    synchronized @Nullable Instant oldestHeld() {
        if (!hook.required()) {
            return null;
        }
        Work first = underWay == null ? waiting : underWay;
        return first == null ? null : first.applied().capturedAt();
    }

    /** Waits until all is told, at most so long, and not for a hook that fails. */
    synchronized void drain(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        for (long left = most.toNanos();
                left > 0 && !closed && failure.isEmpty() && (waiting != null || underWay != null);
                left = end - System.nanoTime()) {
            TimeUnit.NANOSECONDS.timedWait(this, Math.min(left, TimeUnit.MILLISECONDS.toNanos(100)));
        }
    }

    /**
     * Ends the call under way. What is not told is logged. It is lost, unless the hook is required and the position is read again for it,
     * which it is not after a promotion, or when the hook was taken out of the settings.
     */
    @Override
    public void close() {
        List<Work> left = new ArrayList<>();
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
            if (underWay != null) {
                left.add(underWay);
            }
            if (waiting != null) {
                left.add(waiting);
            }
            notifyAll();
        }
        thread.interrupt();
        try {
            thread.join(CLOSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        long paths =
                left.stream().mapToLong(each -> each.applied().changes().size()).sum();
        if (paths > 0) {
            log.warn(
                    "hook not called for all: hook={} source={} replica={} paths={} after={}",
                    hook.name(),
                    place.source(),
                    place.replica(),
                    paths,
                    hook.required() ? "told again if the position is read again" : "not told any more");
        }
    }
}
