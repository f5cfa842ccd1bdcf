package io.weir.applier.consume;

import io.weir.applier.reconcile.Inspection;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Repair;
import io.weir.applier.reconcile.Suspect;
import io.weir.applier.reconcile.Target;
import io.weir.applier.reconcile.VerifyJournal;
import io.weir.schemas.Command;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Verification;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.Backoff;
import java.time.Duration;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Verifies replicas: looks, waits for what is on its way, looks again at what differed, waits for what changed meanwhile; what then is
 * left is drift. Guarded by the lock of {@link Replication}, but for the looks and waits of {@link #verify}.
 */
final class Verifier {
    /** A verification on a schedule; there is one journal for all of them, as they follow each other. */
    private static final String SCHEDULED = "scheduled";

    /** Waits grow with the latency of changes, up to this. */
    private static final Duration LONGEST_SETTLE = Duration.ofMinutes(1);

    /** How long batches of before a look may stay unread, until what differs counts as in flight. */
    private static final Duration LONGEST_READ = Duration.ofMinutes(10);

    private static final long STEP_MILLIS = 200;
    /** An interrupted connection does not end what may have taken hours. */
    private static final int TRIES = 8;

    private final OffsetTracker tracker;
    private final Reports reports;
    private final Clocks clocks;
    private final Asides asides;
    private final Object lock;
    private final Map<String, VerifyPlan> plans = new HashMap<>();
    private final Map<String, DueTimes> schedules = new TreeMap<>();
    /** Sources whose scheduled verification waits or is under way. */
    private final Set<String> scheduled = new HashSet<>();

    private final Map<String, Journals> journals = new HashMap<>();

    /** The journals of one source's replica, by id. */
    @FunctionalInterface
    interface Journals {
        VerifyJournal of(String id);
    }

    Verifier(OffsetTracker tracker, Reports reports, Clocks clocks, Asides asides, Object lock) {
        this.tracker = tracker;
        this.reports = reports;
        this.clocks = clocks;
        this.asides = asides;
        this.lock = lock;
    }

    /** Verifies a source by this plan from here on. */
    void plan(String source, VerifyPlan plan, Journals found) {
        plans.put(source, plan);
        journals.put(source, found);
        plan.schedule().ifPresent(cron -> schedules.put(source, new DueTimes(cron, ZoneId.systemDefault())));
    }

    /** Whether a command's verification was begun, maybe before a restart, and not answered. */
    boolean isBegun(Command command) {
        return journal(command.getSource(), command.getId()).isBegun();
    }

    private VerifyJournal journal(String source, String id) {
        Journals all = journals.get(source);
        return all == null ? VerifyJournal.none() : all.of(id);
    }

    /** Verifies these paths because of a command. */
    void ask(Command command, SourceState source, List<RelPath> paths, List<Span> spans) {
        VerifyOrder order = command.getVerify() == null ? VerifyPlan.DEFAULTS.order() : command.getVerify();
        VerifyJournal journal = journal(source.name(), command.getId());
        asides.add(new Asides.Asked(
                "verification of source " + source.name(),
                spans,
                () -> verify(source, paths, order, spans, journal, found -> reports.verified(command, found))));
    }

    /** Begins what is due by the schedules, and what a restart interrupted. */
    void tick(Map<String, SourceState> sources) {
        schedules.forEach((name, schedule) -> {
            SourceState source = sources.get(name);
            VerifyJournal journal = journal(name, SCHEDULED);
            if (source != null && schedule.isDue(clocks.now(), journal::isBegun) && scheduled.add(name)) {
                VerifyOrder order = VerifyOrder.newBuilder(
                                plans.getOrDefault(name, VerifyPlan.DEFAULTS).order())
                        .setSeed(Clocks.micros(clocks.now()))
                        .build();
                asides.add(new Asides.Asked(
                        "scheduled verification of source " + name,
                        List.of(),
                        () -> verify(source, List.of(RelPath.ROOT), order, List.of(), journal, found -> {
                            scheduled.remove(name);
                            reports.verifiedOnSchedule(name, found);
                        })));
            }
        });
    }

    /** What a verification came to: the record, or why there is none. */
    record Found(@Nullable Verification record, String message) {}

    /** Told under the lock. */
    @FunctionalInterface
    interface Answer {
        void give(Found found);
    }

    /** Without the lock. */
    private Runnable verify(
            SourceState source,
            List<RelPath> paths,
            VerifyOrder order,
            List<Span> spans,
            VerifyJournal journal,
            Answer answer)
            throws InterruptedException {
        Inspection first = look(source, paths, order, journal);
        if (first.state() != Outcome.State.DONE) {
            return () -> end(journal, answer, new Found(null, first.message()));
        }
        Watch watch = watch(source, first);
        Inspection second = first;
        boolean isSettled = true;
        if (!first.suspects().isEmpty()) {
            int differing = first.suspects().size();
            isSettled = settle(source, differing + " paths differ and are looked at again after %d s");
            source.settles("looks again at " + differing + " paths that differ");
            second = source.reconciler().inspectAgain(first.suspects().values(), order.getBytesPerSecond());
            isSettled = isSettled && settle(source, "waits %d s for what changed meanwhile");
        }
        Inspection again = second;
        Watch seen = isSettled ? watch : new Watch(List.of(), path -> true);
        return () -> {
            source.watch(null);
            source.settles("");
            if (again.state() != Outcome.State.DONE) {
                end(journal, answer, new Found(null, again.message()));
                return;
            }
            Verdict verdict = Verdict.of(first, again, seen);
            long repaired = order.getRepair() ? repair(source, verdict.drift(), spans) : 0;
            Verification found = verdict.toRecord(order.getLevel(), first, repaired);
            if (paths.contains(RelPath.ROOT)) {
                source.verified(found, clocks.now());
            }
            end(journal, answer, new Found(found, Verdict.words(found, paths)));
        };
    }

    private static void end(VerifyJournal journal, Answer answer, Found found) {
        answer.give(found);
        journal.end();
    }

    private Inspection look(SourceState source, List<RelPath> paths, VerifyOrder order, VerifyJournal journal)
            throws InterruptedException {
        Backoff backoff = new Backoff(Duration.ofSeconds(1), Duration.ofSeconds(60), 0.3);
        source.verifyMeter().begin(clocks.nanos());
        try {
            int most = order.getLevel() == VerifyLevel.METADATA ? 1 : TRIES;
            Inspection found = source.reconciler().inspect(paths, order, journal, source.verifyMeter());
            for (int tries = 1; tries < most && found.state() != Outcome.State.DONE; tries++) {
                TimeUnit.MILLISECONDS.sleep(backoff.next().toMillis());
                found = source.reconciler().inspect(paths, order, journal, source.verifyMeter());
            }
            return found;
        } finally {
            source.verifyMeter().end();
        }
    }

    private Watch watch(SourceState source, Inspection first) {
        synchronized (lock) {
            Watch watch = new Watch(
                    first.suspects().keySet(), path -> source.backlog().touches(path));
            source.watch(watch);
            return watch;
        }
    }

    /**
     * Waits until what was on its way has come, by the latency of the last minutes; false when it did not in time.
     *
     * @param why told with the seconds
     */
    private boolean settle(SourceState source, String why) throws InterruptedException {
        Duration least = plans.getOrDefault(source.name(), VerifyPlan.DEFAULTS).settle();
        long usual = 2 * (long) source.latency().max(TimeUnit.NANOSECONDS);
        long wait = Math.max(least.toNanos(), Math.min(usual, LONGEST_SETTLE.toNanos()));
        source.settles(String.format(Locale.ROOT, why, TimeUnit.NANOSECONDS.toSeconds(wait)));
        long begun = clocks.nanos();
        synchronized (lock) {
            Map<Integer, Long> ends = tracker.ends();
            while (clocks.nanos() - begun < wait || !tracker.hasRead(ends)) {
                if (clocks.nanos() - begun > wait + LONGEST_READ.toNanos()) {
                    return false;
                }
                lock.wait(STEP_MILLIS);
            }
            return true;
        }
    }

    /** Gives what differs to the usual way, with its guards. */
    private long repair(SourceState source, List<Suspect> drift, List<Span> spans) {
        long now = Clocks.micros(clocks.now());
        for (Target target : Repair.of(drift)) {
            source.backlog().add(new Entry(target, spans, now, Entry.AT_ONCE));
        }
        return drift.stream()
                .filter(each -> each.kind() != DriftKind.UNSURE)
                .mapToLong(Suspect::entries)
                .sum();
    }
}
