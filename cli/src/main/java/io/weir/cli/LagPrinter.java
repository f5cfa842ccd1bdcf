package io.weir.cli;

import io.weir.schemas.ComponentState;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Result;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import io.weir.service.Outage;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Prints what each replica does while {@code weir up} runs: one line for what it applied (at most one a second and replica) and one
 * whenever it falls behind, is held up or is in step again. The step of a {@link Loop}; confined to its thread.
 */
final class LagPrinter implements Loop.Step {
    private static final Duration POLL = Duration.ofMillis(250);
    private static final Duration WARM_UP = Duration.ofSeconds(3);
    private static final Duration PAUSE = Duration.ofSeconds(1);

    private final TopicReader reader;
    private final Topics topics;
    private final PrintWriter out;
    private final RecordSerde<Result> results;
    private final RecordSerde<Status> statuses;
    private final Map<String, Sum> sums = new TreeMap<>();
    private final Map<String, String> said = new TreeMap<>();
    private final Instant since = Instant.now();
    private final Outage unreadable = new Outage();

    /** What a replica applied since its last line. */
    private static final class Sum {
        long updated;
        long deleted;
        long renamed;
        long failed;
        long bytes;
        Duration lag = Duration.ZERO;
        boolean baseline;
        boolean any;
        long printedAt = System.nanoTime() - PAUSE.toNanos();
    }

    LagPrinter(KafkaSettings kafka, PrintWriter out) {
        this.reader = new TopicReader(kafka);
        this.topics = new Topics(kafka.topicPrefix());
        this.out = out;
        WireFormat format = Formats.of(kafka);
        this.results = format.serde(Result.class);
        this.statuses = format.serde(Status.class);
        reader.follow(List.of(topics.results().name(), topics.status().name()), true);
    }

    @Override
    public void run() {
        try {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                take(each);
            }
        } catch (WakeupException e) {
            // The loop is about to end.
            return;
        }
        long now = System.nanoTime();
        sums.forEach((replica, sum) -> {
            if (sum.any && now - sum.printedAt >= PAUSE.toNanos()) {
                print(replica, sum);
                sum.printedAt = now;
            }
        });
        out.flush();
    }

    private void take(ConsumerRecord<byte[], byte[]> entry) {
        if (entry.value() == null || entry.timestamp() < since.toEpochMilli()) {
            return;
        }
        try {
            if (entry.topic().equals(topics.results().name())) {
                add(results.decode(entry.value()));
            } else {
                tell(statuses.decode(entry.value()));
            }
        } catch (UndecodableRecordException | WeirException e) {
            // Of the records that a registry must be asked for, later ones tell the same again.
            if (unreadable.isNews(entry.topic() + e.getMessage())) {
                out.println(RecordLines.time(Instant.now()) + "  a record of " + entry.topic() + " cannot be read: "
                        + e.getMessage());
            }
        }
    }

    private void add(Result result) {
        Sum sum = sums.computeIfAbsent(result.getReplica(), key -> new Sum());
        Duration lag = Duration.between(result.getCapturedAt(), result.getFinishedAt());
        sum.updated += result.getUpdated();
        sum.deleted += result.getDeleted();
        sum.renamed += result.getRenamed();
        sum.failed += result.getFailed();
        sum.bytes += result.getBytesReceived();
        sum.lag = sum.any && sum.lag.compareTo(lag) > 0 ? sum.lag : lag;
        sum.baseline |= result.getKind() == io.weir.schemas.ResultKind.BASELINE;
        sum.any = true;
    }

    private void print(String replica, Sum sum) {
        StringBuilder line = new StringBuilder(RecordLines.time(Instant.now()))
                .append("  ")
                .append(replica)
                .append(": ")
                .append(sum.updated)
                .append(" updated, ")
                .append(sum.deleted)
                .append(" deleted");
        if (sum.renamed > 0) {
            line.append(", ").append(sum.renamed).append(" renamed");
        }
        if (sum.failed > 0) {
            line.append(", ").append(sum.failed).append(" FAILED (see weir tail -t deadletters --from-beginning)");
        }
        line.append(", ").append(sum.bytes).append(" bytes pulled");
        if (!sum.baseline) {
            line.append("; at most ").append(StatusView.duration(sum.lag)).append(" after the change");
        }
        out.println(line);
        sum.updated = 0;
        sum.deleted = 0;
        sum.renamed = 0;
        sum.failed = 0;
        sum.bytes = 0;
        sum.baseline = false;
        sum.any = false;
    }

    private void tell(Status status) {
        String text = text(status);
        String before = said.put(status.getComponent(), text);
        boolean isNews = before == null ? !text.isEmpty() : !before.equals(text);
        if (isNews && !text.isEmpty()) {
            out.println(RecordLines.time(Instant.now()) + "  " + who(status) + ": " + text);
        }
    }

    private static String who(Status status) {
        String replica = status.getReplica();
        return replica == null ? status.getComponent() : replica;
    }

    private String text(Status status) {
        if (status.getState() != ComponentState.RUNNING) {
            String message = status.getMessage();
            String progress = status.getProgress() == null ? "" : " " + status.getProgress();
            String state = status.getState().name().toLowerCase(java.util.Locale.ROOT) + progress;
            if (message == null) {
                return state;
            }
            return message.startsWith(state) ? message : state + ": " + message;
        }
        if (status.getRole() != Role.APPLIER) {
            return "";
        }
        Instant oldest = status.getOldestPendingAt();
        if (oldest == null) {
            if (!sums.containsKey(status.getReplica()) && status.getAt().isBefore(since.plus(WARM_UP))) {
                // It may not have looked at what there is to do yet.
                return "";
            }
            return "in step with the source"
                    + (status.getDeadLetters() > 0 ? ", but for " + status.getDeadLetters() + " dead letters" : "");
        }
        Duration lag = Duration.between(oldest, status.getAt());
        return lag.compareTo(PAUSE) < 0
                ? said.getOrDefault(status.getComponent(), "")
                : StatusView.duration(lag) + " behind, " + status.getPendingPaths() + " paths wait";
    }

    @Override
    public void wakeUp() {
        reader.wakeUp();
    }

    @Override
    public void finish() {
        reader.close();
    }
}
