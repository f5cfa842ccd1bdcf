package io.weir.applier.consume;

import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Command;
import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.Verification;
import io.weir.schemas.Versions;
import io.weir.service.HostName;
import io.weir.service.Outage;
import io.weir.service.Refusal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this applier tells about itself: a result for every finished job, a status for every source. Both are news and no
 * promise: one that cannot be written is followed by the next. The result of a checkpoint is waited for. Guarded by the lock of {@link Replication}.
 */
final class Reports {
    private static final Logger log = LoggerFactory.getLogger(Reports.class);

    private final String replica;
    private final String results;
    private final String states;
    private final Outbox outbox;
    private final Clocks clocks;
    private final RecordSerde<Result> resultSerde = RecordSerde.of(Result.class);
    private final RecordSerde<Status> statusSerde = RecordSerde.of(Status.class);
    private final String instance = UUID.randomUUID().toString();
    private final String host = HostName.get();
    private long intervalMillis;
    private Supplier<String> notice = () -> "";
    private final Map<String, ComponentState> lastStates = new HashMap<>();
    /** Told by the threads that learn what became of a record. */
    private final Map<String, Outage> outages;

    Reports(String replica, Topics topics, Outbox outbox, Clocks clocks) {
        this.replica = replica;
        results = topics.results().name();
        states = topics.status().name();
        outages = Map.of(results, new Outage(), states, new Outage());
        this.outbox = outbox;
        this.clocks = clocks;
    }

    /** What the process has to say beside each state; empty for nothing. */
    void notice(Supplier<String> of) {
        notice = of;
    }

    /** A state follows the last within this time. */
    void interval(Duration interval) {
        intervalMillis = interval.toMillis();
    }

    void result(String source, Job job, Outcome outcome, Instant started) {
        Span span = job.spans().stream().filter(Span::isRecord).findFirst().orElse(new Span(-1, -1, -1));
        ResultKind kind = job.spans().stream().anyMatch(Span::isBaseline)
                ? ResultKind.BASELINE
                : job.spans().stream().anyMatch(Span::isRecord) ? ResultKind.BATCHES : ResultKind.RETRY;
        Result.Builder result = Result.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setKind(kind)
                .setPartition(span.partition())
                .setFromOffset(span.first())
                .setToOffset(span.last())
                .setCapturedAt(Clocks.instant(job.capturedAtMicros()))
                .setStartedAt(started)
                .setFinishedAt(clocks.now())
                .setPaths(outcome.tally().paths())
                .setUpdated(outcome.tally().updated())
                .setDeleted(outcome.tally().deleted())
                .setRenamed(outcome.tally().renamed())
                .setFailed(outcome.failed().size())
                .setHeld(outcome.held().size())
                .setBytesReceived(outcome.tally().bytesReceived())
                .setRsyncRuns(outcome.tally().rsyncRuns());
        String baseline = job.baseline();
        if (baseline != null) {
            result.setMessage(baseline);
        }
        log.debug(
                "job done: source={} kind={} from={} to={} paths={} updated={} deleted={} failed={}",
                source,
                kind,
                span.first(),
                span.last(),
                result.getPaths(),
                result.getUpdated(),
                result.getDeleted(),
                result.getFailed());
        send(results, source + "/" + replica, resultSerde.encode(result.build()));
    }

    /** The answer to a dry run of a baseline. */
    void dryRun(Command command, Differences now) {
        boolean isDone = now.state() == Outcome.State.DONE;
        Result.Builder result = answer(command)
                .setPaths(isDone ? command.getPaths().size() : 0)
                .setFailed(isDone ? 0 : Math.max(1, command.getPaths().size()))
                .setMessage(isDone ? "nothing was changed" : now.message());
        if (isDone) {
            result.setDryRun(now.toRecord());
        }
        log.info(
                "dry run of a baseline: source={} state={} listed={} sent={} deleted={} {}",
                command.getSource(),
                now.state(),
                now.listed(),
                now.sent().count(),
                now.deleted().count(),
                now.message());
        send(results, command.getSource() + "/" + replica, resultSerde.encode(result.build()));
    }

    /** The answer to an order to verify. */
    void verified(Command command, Verifier.Found found) {
        Verification record = found.record();
        send(verification(
                answer(command),
                found,
                record == null ? Math.max(1, command.getPaths().size()) : 0));
    }

    /** What a verification on a schedule came to. */
    void verifiedOnSchedule(String source, Verifier.Found found) {
        Instant now = clocks.now();
        Result.Builder result = Result.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(now)
                .setStartedAt(now)
                .setFinishedAt(now);
        send(verification(result, found, found.record() == null ? 1 : 0));
    }

    /** What became of something on a schedule that could not be done. */
    void scheduled(String source, String message) {
        Instant now = clocks.now();
        send(Result.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(now)
                .setStartedAt(now)
                .setFinishedAt(now)
                .setFailed(1)
                .setMessage(message)
                .build());
    }

    private Result verification(Result.Builder result, Verifier.Found found, int refused) {
        Verification record = found.record();
        log.info("verification: source={} replica={} outcome=\"{}\"", result.getSource(), replica, found.message());
        if (record != null) {
            result.setPaths(record.getEntries()).setVerification(record);
        }
        return result.setFailed(refused)
                .setMessage("verification: " + found.message())
                .build();
    }

    private void send(Result result) {
        send(results, result.getSource() + "/" + replica, resultSerde.encode(result));
    }

    /** The answer to an order to replay: what it is of, whose paths are being reconciled. */
    void replayed(Command command, Replayer.Replayed replay) {
        log.info("replay: source={} paths={} {}", command.getSource(), replay.paths(), replay.words());
        send(replay(command, replay)
                .setMessage(replay.words() + "; " + replay.paths() + " paths are reconciled by what the source has now")
                .build());
    }

    /** The answer to a dry run of a replay. */
    void replayDryRun(Command command, Replayer.Replayed replay, Differences now) {
        boolean isDone = now.state() == Outcome.State.DONE;
        Result.Builder result = replay(command, replay)
                .setFailed(isDone ? 0 : 1)
                .setMessage(isDone ? replay.words() + "; nothing was changed" : now.message());
        if (isDone) {
            result.setDryRun(now.toRecord());
        }
        send(result.build());
    }

    /** The answer to a question for versions. */
    void versions(Command command, ReplicaPast.Answer<Versions> answer) {
        Result.Builder result = answer(command, answer);
        Versions found = answer.record();
        if (found != null) {
            result.setVersions(found);
        }
        send(result.build());
    }

    /** The answer to an order to restore. */
    void restored(Command command, ReplicaPast.Answer<Restored> answer) {
        Result.Builder result = answer(command, answer);
        Restored made = answer.record();
        if (made != null) {
            result.setRestored(made);
        }
        send(result.build());
    }

    private Result.Builder answer(Command command, ReplicaPast.Answer<?> answer) {
        log.info(
                "command: id={} kind={} source={} by={} failed={} outcome={}",
                RelPath.display(command.getId()),
                command.getKind(),
                command.getSource(),
                RelPath.display(command.getIssuedBy()),
                answer.failed(),
                answer.message());
        return answer(command)
                .setPaths(answer.record() == null ? 0 : command.getPaths().size())
                .setFailed(answer.failed())
                .setMessage(answer.message());
    }

    private Result.Builder replay(Command command, Replayer.Replayed replay) {
        History.Range range = replay.range();
        boolean isAny = range.first() < range.end();
        return answer(command)
                .setPartition(range.partition())
                .setFromOffset(isAny ? range.first() : -1)
                .setToOffset(isAny ? range.end() - 1 : -1)
                .setPaths(replay.paths());
    }

    private Result.Builder answer(Command command) {
        Instant now = clocks.now();
        return Result.newBuilder()
                .setSource(command.getSource())
                .setReplica(replica)
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(command.getIssuedAt())
                .setStartedAt(now)
                .setFinishedAt(now)
                .setCommand(command.getId());
    }

    /** What became of a command; {@code refused} counts what it asked for and did not get. */
    void answer(Command command, int paths, int refused, String message) {
        Result result = answer(command)
                .setPaths(paths)
                .setFailed(refused)
                .setMessage(message)
                .build();
        log.info(
                "command: id={} kind={} source={} by={} paths={} refused={} outcome={}",
                RelPath.display(command.getId()),
                command.getKind(),
                command.getSource(),
                RelPath.display(command.getIssuedBy()),
                paths,
                refused,
                message);
        send(results, command.getSource() + "/" + replica, resultSerde.encode(result));
    }

    /** This replica has passed a checkpoint, with so many paths that it could not take and that it holds; tells whether Kafka knows. */
    void checkpoint(String source, Span at, Reading.Checkpoint checkpoint, long failed, long held, Outbox.Done told) {
        Instant now = clocks.now();
        Result result = Result.newBuilder()
                .setSource(source)
                .setReplica(replica)
                .setKind(ResultKind.CHECKPOINT)
                .setPartition(at.partition())
                .setFromOffset(at.first())
                .setToOffset(at.last())
                .setCapturedAt(checkpoint.capturedAt())
                .setStartedAt(now)
                .setFinishedAt(now)
                .setFailed(failed)
                .setHeld(held)
                .setCommand(checkpoint.id())
                .build();
        log.info(
                "checkpoint passed: id={} source={} replica={} offset={} failed={} held={}",
                RelPath.display(checkpoint.id()),
                source,
                replica,
                at.last(),
                failed,
                held);
        send(results, source + "/" + replica, resultSerde.encode(result), told);
    }

    /** How an applier ends. */
    record End(ComponentState state, String message) {
        /** As it was asked to. */
        static final End ORDERLY = new End(ComponentState.STOPPED, "");

        static End failed(Throwable cause) {
            return new End(ComponentState.FAILED, String.valueOf(cause.getMessage()));
        }
    }

    /** How a source is; with an end, for the last time. */
    void status(SourceState source, Map<Integer, Long> finished, DeadLetters letters, @Nullable End end) {
        String component = "applier/" + replica + "/" + source.name();
        long oldest = source.oldestCapturedAtMicros();
        ComponentState state = end == null ? source.state() : end.state();
        String message = end == null || end.message().isEmpty() ? source.message() : end.message();
        Status.Builder status = about(source.name())
                .setState(state)
                .setPartition(source.partition())
                .setOffset(finished.getOrDefault(source.partition(), -1L))
                .setPendingPaths(source.backlog().size())
                .setPendingBytes(source.backlog().bytes())
                .setUnread(source.unread())
                .setDeadLetters(letters.count(source.name()))
                .setHeldPaths(letters.held(source.name()))
                .setCounters(source.counters());
        source.meter().text(clocks.nanos()).ifPresent(progress -> {
            status.setProgress(progress);
            if (source.meter().isLogDue(clocks.nanos())) {
                log.info(
                        "baseline: source={} replica={} progress=\"{}\" {}",
                        source.name(),
                        replica,
                        progress,
                        source.meter().counters());
            }
        });
        source.verifying(clocks.nanos()).ifPresent(far -> addProgress(status, "verifies: " + far));
        source.replaying().ifPresent(far -> addProgress(status, "replays: " + far));
        String said =
                Stream.of(message, notice.get()).filter(each -> !each.isEmpty()).collect(Collectors.joining("; "));
        if (!said.isEmpty()) {
            status.setMessage(said);
        }
        if (oldest != Long.MAX_VALUE) {
            status.setOldestPendingAt(Clocks.instant(oldest));
        }
        ComponentState before = lastStates.put(source.name(), state);
        if (before != state) {
            log.info("source state: source={} replica={} state={} message={}", source.name(), replica, state, message);
        }
        send(states, component, statusSerde.encode(status.build()));
    }

    private static void addProgress(Status.Builder status, String far) {
        String before = status.getProgress();
        status.setProgress(before == null ? far : before + "; " + far);
    }

    /** Tells that a source's replica cannot be worked on at all. */
    void waiting(String source, String message) {
        Status status = about(source)
                .setState(ComponentState.RETRYING)
                .setMessage(message)
                .build();
        send(states, status.getComponent(), statusSerde.encode(status));
    }

    /** Tells that a source's replica is the source now. */
    void promoted(String source, PromotedRoot root) {
        Status status = about(source)
                .setState(ComponentState.PROMOTED)
                .setMessage(root.message())
                .setPartition(root.partition())
                .setOffset(root.offset())
                .build();
        send(states, status.getComponent(), statusSerde.encode(status));
    }

    private Status.Builder about(String source) {
        return Status.newBuilder()
                .setComponent("applier/" + replica + "/" + source)
                .setRole(Role.APPLIER)
                .setInstance(instance)
                .setHost(host)
                .setPid(ProcessHandle.current().pid())
                .setSource(source)
                .setReplica(replica)
                .setIntervalMillis(intervalMillis)
                .setAt(clocks.now());
    }

    private void send(String topic, String key, byte[] value) {
        send(topic, key, value, failure -> {});
    }

    private void send(String topic, String key, byte[] value, Outbox.Done told) {
        outbox.send(topic, key.getBytes(StandardCharsets.UTF_8), value, failure -> {
            tell(topic, key, failure, Objects.requireNonNull(outages.get(topic)));
            told.done(failure);
        });
    }

    private void tell(String topic, String key, @Nullable Exception failure, Outage outage) {
        if (failure == null) {
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "reports are written again: topic={} replica={} awaySeconds={}",
                            topic,
                            replica,
                            lasted.toSeconds()));
            return;
        }
        String cause = Refusal.explain(failure, AclOperation.WRITE);
        if (outage.isNews(cause)) {
            log.warn("report not written: topic={} key={} cause={}", topic, key, cause);
        }
    }
}
