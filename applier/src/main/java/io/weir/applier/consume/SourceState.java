package io.weir.applier.consume;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Verification;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** One source of this replica: its backlog, whether it can be tried, and its totals. Guarded by the lock of {@link Replication}. */
final class SourceState {
    /** From what an isolated change takes to what a replica is behind that was away for a day. */
    private static final Duration[] LATENCIES = {
        Duration.ofMillis(25),
        Duration.ofMillis(50),
        Duration.ofMillis(100),
        Duration.ofMillis(250),
        Duration.ofMillis(500),
        Duration.ofSeconds(1),
        Duration.ofMillis(2500),
        Duration.ofSeconds(5),
        Duration.ofSeconds(10),
        Duration.ofSeconds(30),
        Duration.ofMinutes(1),
        Duration.ofMinutes(5),
        Duration.ofMinutes(15),
        Duration.ofHours(1),
        Duration.ofHours(6),
        Duration.ofHours(24)
    };

    private final String name;
    private final int number;
    private final Reconciler reconciler;
    private final Backlog backlog;
    private final SourceHooks hooks;
    private final RetryPolicy retry;
    private final BaselineMeter meter = new BaselineMeter();
    private final Pause pause = new Pause();
    private final BaselineMeter verifyMeter = new BaselineMeter();
    private final Timer latency;
    private final Timer jobs;
    private Tally total = Tally.NONE;
    private long failed;
    private boolean baselineOpen;
    private int partition = -1;
    /** Where its records lie; -1 before reading began. */
    private int home = -1;

    private String lastNews = "";
    private @Nullable String held;
    private int heldPaths;
    private long unread = -1;
    /** Replays whose paths are not all settled, by the command, with how many those were. */
    private final Map<Span, Integer> replays = new LinkedHashMap<>();

    /** The offset that a replay reads; -1 for none. */
    private volatile long past = -1;

    /** What a verification waits for between its looks; empty when it waits for nothing. */
    private volatile String settling = "";

    private @Nullable Watch watch;
    private @Nullable Verification verified;
    private @Nullable Instant verifiedAt;

    SourceState(
            String name,
            int number,
            Reconciler reconciler,
            Backlog backlog,
            SourceHooks hooks,
            RetryPolicy retry,
            MeterRegistry metrics,
            String replica) {
        this.name = name;
        this.number = number;
        this.reconciler = reconciler;
        this.backlog = backlog;
        this.hooks = hooks;
        this.retry = retry;
        Tags tags = Tags.of("source", name, "replica", replica);
        latency = Timer.builder("weir.applier.latency")
                .description("From the capture of a change to the replica being equal")
                .tags(tags)
                .serviceLevelObjectives(LATENCIES)
                .register(metrics);
        jobs = Timer.builder("weir.applier.jobs")
                .description("Calls of the reconciler")
                .tags(tags)
                .register(metrics);
    }

    String name() {
        return name;
    }

    int number() {
        return number;
    }

    Reconciler reconciler() {
        return reconciler;
    }

    Backlog backlog() {
        return backlog;
    }

    /** What is called after its changes. */
    SourceHooks hooks() {
        return hooks;
    }

    /** When the oldest change that waits or is under way, or whose hook is waited for, was captured; {@link Long#MAX_VALUE} when there is none. */
    long oldestCapturedAtMicros() {
        return Math.min(backlog.oldestCapturedAtMicros(), hooks.oldestCapturedAtMicros());
    }

    RetryPolicy retry() {
        return retry;
    }

    BaselineMeter meter() {
        return meter;
    }

    Pause pause() {
        return pause;
    }

    /** How far a verification is. */
    BaselineMeter verifyMeter() {
        return verifyMeter;
    }

    /** Work that a batch brought. */
    void take(Entry entry) {
        backlog.add(entry);
        if (watch != null) {
            watch.saw(entry.target());
        }
    }

    /** Begins a baseline of all of it. */
    void begin(Entry whole) {
        baselineOpen(true);
        backlog.add(whole);
    }

    /** So many paths were given for a replay. */
    void replays(List<Span> command, int paths) {
        command.forEach(span -> replays.put(span, paths));
    }

    /** A replay has read this offset; -1 when it reads no more. Without the lock. */
    void readsPast(long offset) {
        past = offset;
    }

    /** Forgets the replays whose paths are settled. */
    void endReplays(Predicate<Span> isHeld) {
        replays.keySet().removeIf(isHeld.negate());
    }

    /** How far replays are; empty when there is none. */
    Optional<String> replaying() {
        if (past >= 0) {
            return Optional.of(String.format(Locale.ROOT, "reads offset %d", past));
        }
        int paths = replays.values().stream().mapToInt(Integer::intValue).sum();
        return replays.isEmpty()
                ? Optional.empty()
                : Optional.of(
                        String.format(Locale.ROOT, "%,d paths, %,d of all that waits left", paths, backlog.size()));
    }

    /** What a verification waits for between its looks; empty when it goes on. Without the lock. */
    void settles(String what) {
        settling = what;
    }

    /** How far a verification is; empty when there is none. */
    Optional<String> verifying(long nanos) {
        return verifyMeter.text(nanos).or(() -> Optional.of(settling).filter(what -> !what.isEmpty()));
    }

    /** Who watches what batches bring; null for nobody. */
    void watch(@Nullable Watch watching) {
        watch = watching;
    }

    /** A verification of all of it came to an end. */
    void verified(Verification found, Instant at) {
        verified = found;
        verifiedAt = at;
    }

    /** A number of the last verification of all of it; not a number before the first. */
    double verified(ToLongFunction<Verification> number) {
        return verified == null ? Double.NaN : number.applyAsLong(verified);
    }

    /** When that ended, in seconds since the epoch; not a number before the first. */
    double verifiedAt() {
        return verifiedAt == null ? Double.NaN : verifiedAt.toEpochMilli() / 1e3;
    }

    Timer latency() {
        return latency;
    }

    Timer jobs() {
        return jobs;
    }

    boolean isBaselineOpen() {
        return baselineOpen;
    }

    void baselineOpen(boolean open) {
        baselineOpen = open;
        if (!open) {
            hooks.baselineDone();
            partition = partition < 0 ? home : partition;
        }
    }

    /** The partition of its batches in which the position says what was done; -1 while a first baseline is not done, so that none says it. */
    int partition() {
        return partition;
    }

    /** Reading begins, and its records lie in this partition: where it stands there can be told before the first of them. */
    void home(int of) {
        home = of;
        partition = baselineOpen && partition < 0 ? -1 : of;
    }

    void partition(int seen) {
        partition = seen;
    }

    /**
     * Notes how far reading is behind.
     *
     * @param records by partition, as far as that is known
     */
    void unread(Map<Integer, Long> records) {
        boolean isNone = !records.isEmpty() && records.values().stream().allMatch(count -> count == 0);
        unread = records.getOrDefault(partition, isNone ? 0L : -1L);
    }

    /** Records of its partition that are not read yet; -1 when that is not known. */
    long unread() {
        return unread;
    }

    void count(Outcome outcome) {
        total = total.plus(outcome.tally());
        failed += outcome.failed().size();
    }

    /** Whether the state changed since the last call, a pause began or ended, or there are dead letters for the first or none any more. */
    boolean isNews(int deadLetters) {
        String now = state() + (deadLetters > 0 ? " with dead letters" : "") + (pause.isOn() ? " and a pause" : "");
        boolean isNews = !now.equals(lastNews);
        lastNews = now;
        return isNews;
    }

    /** Nothing can be read for this reason; null when it can be again. */
    void hold(@Nullable String reason) {
        held = reason;
    }

    /** So many paths were stopped by a guard and wait for a person. */
    void heldPaths(int count) {
        heldPaths = count;
    }

    /** Why the source cannot be worked on, and which hooks hold its position; empty when nothing is wrong. */
    String trouble() {
        return Stream.of(obstacle(), hooks.trouble())
                .filter(each -> !each.isEmpty())
                .collect(Collectors.joining("; "));
    }

    private String obstacle() {
        return held == null ? retry.message() : held;
    }

    /** Why the state is what it is: who wants it to rest, what is in the way, what is held, and why a baseline is under way or waits; empty when in step. */
    String message() {
        List<String> all = new ArrayList<>();
        if (pause.isOn()) {
            int ending = backlog.jobsUnderWay();
            all.add(pause.reason() + (ending > 0 ? "; " + ending + " pulls under way end first" : ""));
        }
        if (!trouble().isEmpty()) {
            all.add(trouble());
        }
        if (heldPaths > 0 && obstacle().isEmpty()) {
            all.add(heldPaths
                    + " paths are held by the delete breaker; look with `weir deadletters list --kind held`, then"
                    + " `weir approve` or `weir discard`");
        }
        if (!hooks.note().isEmpty()) {
            all.add(hooks.note());
        }
        String baseline = backlog.baseline();
        if (baseline != null) {
            all.add("baseline: " + baseline);
        }
        return String.join("; ", all);
    }

    ComponentState state() {
        if (held != null) {
            return ComponentState.RETRYING;
        }
        if (pause.isOn() && backlog.jobsUnderWay() == 0) {
            return ComponentState.PAUSED;
        }
        Outcome.State last = retry.state();
        if (last == Outcome.State.UNAVAILABLE) {
            return ComponentState.UNAVAILABLE;
        }
        if (last != Outcome.State.DONE) {
            return ComponentState.RETRYING;
        }
        if (heldPaths > 0) {
            return ComponentState.HELD;
        }
        if (!hooks.trouble().isEmpty()) {
            return ComponentState.RETRYING;
        }
        return baselineOpen || backlog.baseline() != null ? ComponentState.BASELINE : ComponentState.RUNNING;
    }

    Map<String, Long> counters() {
        Map<String, Long> counters = new LinkedHashMap<>();
        counters.put("weir.applier.paths", total.paths());
        counters.put("weir.applier.updated", total.updated());
        counters.put("weir.applier.deleted", total.deleted());
        counters.put("weir.applier.renamed", total.renamed());
        counters.put("weir.applier.bytes.received", total.bytesReceived());
        counters.put("weir.applier.rsync.runs", total.rsyncRuns());
        counters.put("weir.applier.failed", failed);
        counters.putAll(meter.counters());
        return counters;
    }
}
