package io.weir.applier.consume;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What becomes of a job when its call has ended: settled, tried again with its source held, or partly a dead letter. Confined to
 * {@link Replication}'s lock; blocks nowhere.
 */
final class Settlement {
    private static final String ADVICE =
            "see whether the source is as it should be, then `weir approve` or `weir discard`";

    private static final Logger log = LoggerFactory.getLogger(Settlement.class);

    private final OffsetTracker tracker;
    private final DeadLetters letters;
    private final Reports reports;
    private final Clocks clocks;
    private final Duration tempGrace;

    Settlement(OffsetTracker tracker, DeadLetters letters, Reports reports, Clocks clocks, Duration tempGrace) {
        this.tracker = tracker;
        this.letters = letters;
        this.reports = reports;
        this.clocks = clocks;
        this.tempGrace = tempGrace;
    }

    /** Takes an outcome in; what is not settled by it is in the backlog or a dead letter afterwards. */
    void settle(SourceState source, Job job, Outcome outcome, Instant started) {
        source.count(outcome);
        source.hooks().ended(job, outcome, clocks.now());
        source.jobs().record(Duration.between(started, clocks.now()).toNanos(), TimeUnit.NANOSECONDS);
        if (outcome.state() != Outcome.State.DONE) {
            source.backlog().failed(job);
            Duration wait = source.retry().failed(outcome, clocks.nanos());
            if (source.retry().outage().isNews(outcome.message())) {
                log.warn(
                        "source held: source={} state={} paths={} retryMillis={} cause={}",
                        source.name(),
                        outcome.state(),
                        job.entries().size(),
                        wait.toMillis(),
                        outcome.message());
            }
            return;
        }
        source.retry()
                .outage()
                .end()
                .ifPresent(lasted ->
                        log.info("source works again: source={} heldSeconds={}", source.name(), lasted.toSeconds()));
        source.retry().succeeded();
        writeLetters(source, job, outcome);
        source.backlog().settled(job, deferred(job, outcome));
        recordLatency(source, job, outcome);
        if (job.baseline() != null) {
            log.info(
                    "made equal with everything below: source={} reason=\"{}\" {}",
                    source.name(),
                    job.baseline(),
                    outcome.tally());
        }
        reports.result(source.name(), job, outcome, started);
        closeBaseline(source);
    }

    /** Notes the end of a source's baseline once nothing of it is unsettled. */
    void closeBaseline(SourceState source) {
        // Dead letters are acknowledged after the job, so ask the tracker and not the last outcome.
        if (source.isBaselineOpen() && !tracker.isHeld(Span.baselinePartition(source.number()))) {
            source.baselineOpen(false);
            log.info("baseline done: source={}", source.name());
        }
    }

    private void writeLetters(SourceState source, Job job, Outcome outcome) {
        Set<RelPath> whole = new HashSet<>(outcome.whole());
        job.entries().stream().filter(Entry::isRecursive).map(Entry::path).forEach(whole::add);
        Map<RelPath, Outcome.Stopped> failed = new TreeMap<>();
        outcome.failed().forEach((path, reason) -> failed.put(path, new Outcome.Stopped(whole.contains(path), reason)));
        Set<RelPath> unsettled = new HashSet<>();
        for (Map<RelPath, Outcome.Stopped> paths : List.of(failed, outcome.held())) {
            unsettled.addAll(paths.keySet());
            // The letters that will be written go on to stand, and with them how often they failed.
            unsettled.addAll(DeadLetters.few(paths).keySet());
        }
        job.entries().forEach(entry -> letters.succeeded(source.name(), entry.target(), unsettled));
        letters.held(
                source.name(),
                advised(outcome.held()),
                job.spans(),
                path -> job.entries().stream()
                        .anyMatch(
                                each -> each.isRecursive() && (path.equals(each.path()) || path.isBelow(each.path()))));
        letters.failed(source.name(), failed, job.spans());
    }

    private static Map<RelPath, Outcome.Stopped> advised(Map<RelPath, Outcome.Stopped> held) {
        Map<RelPath, Outcome.Stopped> advised = new TreeMap<>();
        held.forEach((path, each) ->
                advised.put(path, new Outcome.Stopped(each.recursive(), each.reason() + "; " + ADVICE)));
        return advised;
    }

    private List<Entry> deferred(Job job, Outcome outcome) {
        List<Entry> again = new ArrayList<>();
        long due = clocks.nanos() + tempGrace.toNanos();
        for (RelPath path : outcome.deferred()) {
            Target target = new Target(path, Backlog.seen(FileType.UNKNOWN), false);
            again.add(new Entry(target, job.spans(), job.capturedAtMicros(), due));
        }
        return again;
    }

    /** Of each change that is equal now: baselines and dead letters that are tried again are none. */
    private void recordLatency(SourceState source, Job job, Outcome outcome) {
        long now = Clocks.micros(clocks.now());
        Set<RelPath> unequal = new HashSet<>(outcome.failed().keySet());
        unequal.addAll(outcome.held().keySet());
        unequal.addAll(outcome.deferred());
        for (Entry entry : job.entries()) {
            boolean isChange = entry.reason() == null && entry.spans().stream().anyMatch(Span::isRecord);
            if (!isChange || unequal.contains(entry.path())) {
                continue;
            }
            source.latency().record(Math.max(0, now - entry.capturedAtMicros()), TimeUnit.MICROSECONDS);
        }
    }
}
