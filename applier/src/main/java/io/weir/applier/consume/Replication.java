package io.weir.applier.consume;

import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.hook.Hooks;
import io.weir.applier.position.StartPlan;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.VerifyJournal;
import io.weir.schemas.Command;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.Desired;
import io.weir.schemas.Topics;
import io.weir.service.CronSchedule;
import io.weir.service.FaultHandler;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The heart of an applier: entries come in, jobs go to the lanes, outcomes come back, and the finished prefix of every
 * partition moves. One lock guards all of it; nothing below it blocks. Whoever changes something gives out the next jobs
 * itself, so an isolated batch starts in the thread that polled it and a lane goes on without being asked.
 */
public final class Replication {
    private static final Logger log = LoggerFactory.getLogger(Replication.class);

    /** A job is not made smaller than this for the sake of other lanes: a call costs as much as some hundred paths. */
    private static final int MIN_SHARE = 500;

    /** Below that share nothing is pulled beside a job as young as this: it ends soon, and what gathers goes in one call. */
    private static final long YOUNG_NANOS = Duration.ofMillis(100).toNanos();

    private final Object lock = new Object();
    private final Limits limits;
    private final Executor lanes;
    private final FaultHandler faults;
    private final Clocks clocks;
    private final Reports reports;
    private final OffsetTracker tracker = new OffsetTracker();
    private final DeadLetters letters;
    private final Sources sources;
    private final Orders orders;
    private final Intake intake;
    private final Asides dryRuns;
    private final Asides verifications;
    private final Asides restores;
    private final Verifier verifier;
    private final Replayer replayer;
    private final ScheduledBaselines baselines;
    private final Restorer restorer;
    private final Settlement settlement;
    private final Checkpoints checkpoints;
    private int running;
    private int nextSource;
    private boolean stopping;
    private Runnable news = () -> {};

    /**
     * Bounds.
     *
     * @param lanes calls of reconcilers side by side
     * @param jobPaths paths of one call
     * @param backlogPaths entries of one source, before they collapse
     * @param pauseAt entries of sources that can be worked on, at which reading pauses until half of them are left
     */
    public record Limits(int lanes, int jobPaths, int backlogPaths, int pauseAt) {}

    /** A replication of sources, each with its reconciler, in their order. */
    public Replication(
            Surroundings around,
            Limits limits,
            Duration tempGrace,
            DeadLetterSchedule schedule,
            Map<String, Reconciler> reconcilers) {
        this.limits = limits;
        lanes = around.lanes();
        faults = around.faults();
        clocks = around.clocks();
        reports = new Reports(around.replica(), around.topics(), around.outbox(), clocks);
        letters = new DeadLetters(
                around.replica(),
                around.topics().deadLetters().name(),
                around.outbox(),
                tracker,
                clocks,
                schedule,
                lock);
        sources = new Sources(around, limits, reconcilers, tracker, letters, lock);
        dryRuns = new Asides(tracker, faults, lock);
        verifications = new Asides(tracker, faults, lock);
        restores = new Asides(tracker, faults, lock);
        verifier = new Verifier(tracker, reports, clocks, verifications, lock);
        replayer = new Replayer(reports, clocks, dryRuns, limits.backlogPaths());
        baselines = new ScheduledBaselines(reports, clocks);
        restorer = new Restorer(reports, dryRuns, restores);
        Questions questions = new Questions(reports, dryRuns, verifier, replayer, restorer);
        orders = new Orders(around.replica(), sources.byName(), letters, tracker, reports, questions, clocks);
        settlement = new Settlement(tracker, letters, reports, clocks, tempGrace);
        checkpoints = new Checkpoints(tracker, letters, reports, settlement, clocks, lock);
        intake = new Intake(around.replica(), reconcilers.keySet(), around.metrics());
    }

    /** What the process has to say beside each state; empty for nothing. */
    void notices(Supplier<String> notice) {
        synchronized (lock) {
            reports.notice(notice);
        }
    }

    /** How often {@link #report} is called, for whoever waits for it. */
    void reportsEvery(Duration interval) {
        synchronized (lock) {
            reports.interval(interval);
        }
    }

    /** Whom to tell when a source's state or its dead letters changed, under the lock: must not block. */
    void onNews(Runnable told) {
        synchronized (lock) {
            news = told;
        }
    }

    /** Verifies a source by a plan, with journals in its replica's own directory; before the start. */
    void verifies(String source, VerifyPlan plan, Path own) {
        synchronized (lock) {
            verifier.plan(source, plan, id -> VerifyJournal.of(own, id));
        }
    }

    /** Replays by this history; before the start. */
    void replays(History history) {
        synchronized (lock) {
            replayer.history(history);
        }
    }

    /** Calls these hooks after changes of a source; before the start. */
    void calls(String source, Hooks hooks) {
        synchronized (lock) {
            sources.get(source).hooks().use(hooks);
        }
    }

    /** Makes a source equal as a whole at these times; before the start. */
    void baselines(String source, CronSchedule schedule) {
        synchronized (lock) {
            baselines.plan(source, schedule, ZoneId.systemDefault());
        }
    }

    /** Where each partition ended when reading began: what is before may have been applied before, by an applier that was killed. */
    void mayBeApplied(Map<Integer, Long> ends) {
        synchronized (lock) {
            sources.all().forEach(source -> source.hooks().doubtUpTo(ends));
        }
    }

    /** Tells of what a source's replica had, and brings it back; before the start. */
    void remembers(String source, ReplicaPast past) {
        synchronized (lock) {
            restorer.past(source, past);
        }
    }

    /** When every source rests by the clock. */
    void pauseIn(PauseWindows windows) {
        synchronized (lock) {
            sources.all().forEach(source -> source.pause().windows(windows, clocks.now()));
        }
    }

    /** What is wanted of a source from now on; null for nothing. It is told at once, also when nothing changes. */
    void want(String name, @Nullable Desired wanted) {
        synchronized (lock) {
            Pause pause = sources.get(name).pause();
            pause.want(wanted, clocks.now());
            log.info("wanted: source={} pause=\"{}\"", name, pause.reason());
            tellNews();
            news.run();
            dispatch();
        }
    }

    /** How many records of each partition are not read yet, as far as that is known. */
    void unread(Map<Integer, Long> records) {
        synchronized (lock) {
            sources.all().forEach(source -> source.unread(records));
            records.forEach(tracker::unread);
        }
    }

    private void tellNews() {
        for (SourceState source : sources.all()) {
            source.heldPaths(letters.held(source.name()));
            if (source.isNews(letters.count(source.name()))) {
                news.run();
            }
        }
    }

    /** Nothing can be read for this reason, which every source tells; null when it can be again. */
    void hold(@Nullable String reason) {
        synchronized (lock) {
            sources.all().forEach(source -> source.hold(reason));
            tellNews();
        }
    }

    /** Takes over a dead letter that the topic holds, before anything else. */
    void load(DeadLetter letter) {
        synchronized (lock) {
            letters.load(letter);
        }
    }

    /** Reading of a partition begins, or begins again, at this offset. */
    void startAt(int partition, long offset) {
        synchronized (lock) {
            tracker.read(partition, offset);
        }
    }

    /** The next offset to read of a partition; -1 when it was never assigned. */
    long nextToRead(int partition) {
        synchronized (lock) {
            return tracker.nextToRead(partition);
        }
    }

    /** Makes the whole source equal; until that is done {@link #isBaselineOpen} says so. */
    void startBaseline(String name, String reason) {
        synchronized (lock) {
            SourceState source = sources.get(name);
            log.info("baseline pending: source={} reason={}", name, reason);
            source.hooks().startsBaseline(reason);
            source.begin(Entry.whole(Span.baseline(source.number()), clocks.now(), reason));
            dispatch();
        }
    }

    /**
     * Reading begins, or begins again, by a plan that is written: no offset of before is a position any more.
     *
     * @param startAt by partition: where reading moves to
     */
    void startOver(StartPlan plan, Map<Integer, Long> startAt) {
        synchronized (lock) {
            tracker.keepOnly(plan.offsets().keySet());
            startAt.forEach(tracker::read);
            intake.startOver();
            plan.baselines().forEach(this::startBaseline);
            int partitions = plan.offsets().size();
            if (partitions > 0) {
                sources.all().forEach(source -> source.home(Topics.partitionOf(source.name(), partitions)));
            }
        }
    }

    /** What one record asks for; its offset passes when all of it is settled. */
    void accept(Reading reading) {
        synchronized (lock) {
            List<Span> spans = Span.of(reading.partition(), reading.offset());
            for (Reading.Refusal refusal : reading.refusals()) {
                letters.refused(reading.source(), refusal, spans);
                intake.count(reading.source(), refusal);
                if (refusal.kind() == DeadLetterKind.UNDECODABLE) {
                    rescan(reading.source(), spans);
                }
            }
            String missing = intake.missing(reading);
            if (missing != null) {
                SourceState source = sources.get(reading.source());
                source.baselineOpen(true);
                List<Span> all = Span.merge(spans, Span.baseline(source.number()));
                source.take(Entry.whole(all, clocks.now(), StartPlan.GAP + missing));
            }
            if (!reading.entries().isEmpty()) {
                SourceState source = sources.get(reading.source());
                source.partition(reading.partition());
                reading.entries().forEach(source::take);
            }
            tracker.read(reading.partition(), reading.offset() + 1);
            Reading.Checkpoint checkpoint = reading.checkpoint();
            if (checkpoint != null) {
                checkpoints.read(sources.get(reading.source()), reading.partition(), reading.offset(), checkpoint);
            }
        }
    }

    /** A record that cannot be read may have named any path of its source, which the key tells. */
    private void rescan(String name, List<Span> spans) {
        SourceState named = sources.find(name);
        for (SourceState source : named == null ? sources.all() : List.of(named)) {
            log.warn("rescan, a batch could not be read: source={} batch={}", source.name(), spans);
            source.take(Entry.whole(spans, clocks.now(), StartPlan.GAP + "a batch could not be read"));
        }
    }

    /** Carries out a command, when it is one to this replica. */
    void accept(Command command, long offset) {
        synchronized (lock) {
            orders.take(command, offset);
            tellNews();
            dispatch();
        }
    }

    /** A record among the commands that is none to this replica. */
    void passCommand(long offset) {
        synchronized (lock) {
            orders.pass(offset);
        }
    }

    /** The first offset of the topic of commands that is not settled. */
    long finishedCommands() {
        synchronized (lock) {
            return orders.finished();
        }
    }

    /** Gives out what is due; called after every poll, also after an empty one. */
    void tick() {
        synchronized (lock) {
            sources.all().forEach(source -> source.pause().look(clocks.now()));
            tellNews();
            verifier.tick(sources.byName());
            baselines.tick(sources.byName());
            letters.tick().forEach((name, entries) -> {
                SourceState source = sources.find(name);
                if (source != null) {
                    entries.forEach(source.backlog()::add);
                }
            });
            checkpoints.pass();
            dispatch();
        }
    }

    /** Whether so much waits that reading should pause, or stay paused. */
    boolean isFull(boolean isPaused) {
        synchronized (lock) {
            long waiting = sources.workable();
            return waiting > (isPaused ? limits.pauseAt() / 2 : limits.pauseAt());
        }
    }

    private void dispatch() {
        List<SourceState> all = sources.all();
        int idle = 0;
        if (!stopping) {
            // Not counted as running: it takes no lane from the work, and a stop does not wait for it.
            dryRuns.next(this::dispatch).ifPresent(lanes::execute);
            verifications.next(this::dispatch).ifPresent(lanes::execute);
            restores.next(this::dispatch).ifPresent(lanes::execute);
        }
        while (!stopping && running < limits.lanes() && idle < all.size()) {
            SourceState source = all.get(nextSource++ % all.size());
            Optional<Job> job = nextJob(source);
            if (job.isEmpty()) {
                idle++;
            } else {
                idle = 0;
                running++;
                if (job.get().baseline() != null) {
                    source.meter().begin(clocks.nanos());
                }
                lanes.execute(() -> run(source, job.get()));
            }
        }
    }

    private Optional<Job> nextJob(SourceState source) {
        long now = clocks.nanos();
        Backlog backlog = source.backlog();
        if (source.pause().isOn() || !source.retry().mayTry(backlog.jobsUnderWay(), now)) {
            return Optional.empty();
        }
        if (backlog.size() < MIN_SHARE && backlog.isAnyJobSince(now - YOUNG_NANOS)) {
            return Optional.empty();
        }
        int share = Math.max(MIN_SHARE, backlog.size() / limits.lanes() + 1);
        return backlog.next(Math.min(limits.jobPaths(), share), now);
    }

    /** In a lane, without the lock. */
    private void run(SourceState source, Job job) {
        Instant started = clocks.now();
        boolean isBaseline = job.baseline() != null;
        try {
            Outcome outcome = isBaseline
                    ? source.reconciler().baseline(job.targets(), source.meter())
                    : source.reconciler().reconcile(job.targets());
            synchronized (lock) {
                running--;
                if (isBaseline) {
                    source.meter().end();
                }
                settlement.settle(source, job, outcome, started);
                checkpoints.pass();
                tellNews();
                dispatch();
            }
        } catch (InterruptedException e) {
            // Only a stop interrupts. The job stays unsettled, so its offsets stay where they are.
            Thread.currentThread().interrupt();
            log.info(
                    "job interrupted: source={} paths={}",
                    source.name(),
                    job.entries().size());
        } catch (RuntimeException | Error e) {
            faults.fatal("applier of source " + source.name(), e);
        } finally {
            synchronized (lock) {
                lock.notifyAll();
            }
        }
    }

    /** For every partition read: the first offset that is not settled. */
    Map<Integer, Long> finished() {
        synchronized (lock) {
            return tracker.finished();
        }
    }

    /** Whether the source's baseline is not done, including the paths of it that wait or whose dead letters are not written. */
    boolean isBaselineOpen(String name) {
        synchronized (lock) {
            SourceState source = sources.get(name);
            settlement.closeBaseline(source);
            return source.isBaselineOpen();
        }
    }

    /** How every source stands, for the topic of states; with an end, for the last time. */
    void report(Reports.@Nullable End end) {
        synchronized (lock) {
            Map<Integer, Long> finished = tracker.finished();
            for (SourceState source : sources.all()) {
                source.endReplays(tracker::holds);
                reports.status(source, finished, letters, end);
            }
        }
    }

    /** One line for each source that is held, with the reason. */
    List<String> held() {
        synchronized (lock) {
            return sources.held();
        }
    }

    /** Whether nothing waits and nothing is under way, at this moment. */
    boolean isIdle() {
        synchronized (lock) {
            return sources.areIdle();
        }
    }

    /** Gives out no more jobs, and waits for those under way, at most so long. True when all have ended. */
    boolean drain(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        synchronized (lock) {
            stopping = true;
            while (running > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                lock.wait(left);
            }
            return true;
        }
    }
}
