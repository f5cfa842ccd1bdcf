package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.ReplayOrder;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.WireFormat;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a part of the history asks for again. */
class ReplayerTest extends ReplicationBench {
    private static final int PARTITION = BuiltInPartitioner.partitionForKey("data".getBytes(StandardCharsets.UTF_8), 6);

    private final List<String> asked = new ArrayList<>();
    private final List<ConsumerRecord<byte[], byte[]>> past = new ArrayList<>();
    private long beginning;
    private Outcome.State state = Outcome.State.DONE;

    private final Replication replication = replication(1, Map.of("data", new Reconciler() {
        @Override
        public Outcome reconcile(List<Target> targets) {
            targets.forEach(target -> asked.add(
                    target.path() + " " + target.observed().getType() + (target.recursive() ? " whole" : "")));
            return state == Outcome.State.DONE
                    ? new Outcome(state, "", Map.of(), Set.of(), Tally.NONE)
                    : Outcome.held(state, "away", Tally.NONE);
        }

        @Override
        public Differences dryRun(List<RelPath> paths) {
            return new Differences(
                    Outcome.State.DONE,
                    "",
                    paths.size(),
                    new Differences.Part(paths.size(), 0, paths),
                    Differences.Part.NONE,
                    false,
                    0,
                    Differences.Part.NONE);
        }
    }));

    /** As a broker answers: times that {@link MockConsumer} does not know. */
    private final class Past extends MockConsumer<byte[], byte[]> {
        Past() {
            super("none");
        }

        @Override
        public synchronized Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> times) {
            Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
            times.forEach((partition, time) -> past.stream()
                    .filter(each -> each.timestamp() >= time)
                    .findFirst()
                    .ifPresent(each -> found.put(partition, new OffsetAndTimestamp(each.offset(), each.timestamp()))));
            return found;
        }

        @Override
        public synchronized void seek(TopicPartition partition, long offset) {
            super.seek(partition, offset);
            past.stream().filter(each -> each.offset() >= offset).forEach(this::addRecord);
        }
    }

    private MockConsumer<byte[], byte[]> consumer() {
        MockConsumer<byte[], byte[]> consumer = new Past();
        String topic = TOPICS.batches().name();
        List<PartitionInfo> all = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            all.add(new PartitionInfo(topic, i, Node.noNode(), new Node[0], new Node[0]));
        }
        consumer.updatePartitions(topic, all);
        TopicPartition partition = new TopicPartition(topic, PARTITION);
        consumer.updateBeginningOffsets(Map.of(partition, beginning));
        consumer.updateEndOffsets(Map.of(partition, beginning + past.size()));
        return consumer;
    }

    @BeforeEach
    void history() {
        replication.replays(new History(
                TOPICS.batches().name(), new BatchReader(Set.of("data"), WireFormat.builtIn()), this::consumer));
    }

    private static BatchPath path(String path, FileType type, boolean recursive) {
        return BatchPath.newBuilder()
                .setPath(RelPath.of(path).toField())
                .setRecursive(recursive)
                .setObserved(Observed.newBuilder().setType(type).build())
                .setCapturedAt(START)
                .build();
    }

    private void batch(String source, Instant at, BatchPath... paths) {
        Batch batch = Batch.newBuilder()
                .setSource(source)
                .setSequence(past.size() + 1)
                .setEpoch(1)
                .setCreatedAt(at)
                .setCapturedAt(at)
                .setPaths(List.of(paths))
                .build();
        past.add(new ConsumerRecord<>(
                TOPICS.batches().name(),
                PARTITION,
                beginning + past.size(),
                at.toEpochMilli(),
                TimestampType.CREATE_TIME,
                0,
                0,
                source.getBytes(StandardCharsets.UTF_8),
                RecordSerde.of(Batch.class).encode(batch),
                new RecordHeaders(),
                java.util.Optional.empty()));
    }

    private void hours() {
        batch("data", START.minusSeconds(7200), path("before", FileType.FILE, false));
        batch("data", START.minusSeconds(3600), path("a", FileType.FILE, false), path("d", FileType.DIRECTORY, true));
        batch("other", START.minusSeconds(3000), path("strange", FileType.FILE, false));
        batch("data", START.minusSeconds(1800), path("a", FileType.ABSENT, false), path("b.o", FileType.FILE, false));
        batch("data", START.minusSeconds(600), path("after", FileType.FILE, false));
    }

    private Result give(CommandKind kind, @Nullable String glob) {
        ReplayOrder.Builder order =
                ReplayOrder.newBuilder().setFrom(START.minusSeconds(4000)).setTo(START.minusSeconds(1200));
        if (glob != null) {
            order.setGlob(glob);
        }
        replication.accept(
                Command.newBuilder()
                        .setId(kind.name())
                        .setKind(kind)
                        .setReplica("backup1")
                        .setSource("data")
                        .setIssuedAt(START)
                        .setExpiresAt(START.plusSeconds(60))
                        .setReplay(order.build())
                        .build(),
                0);
        while (!lanes.isEmpty()) {
            lanes.pop().run();
        }
        List<Result> answers = new ArrayList<>();
        outbox.to(TOPICS.results().name())
                .forEach(sent -> answers.add(RecordSerde.of(Result.class).decode(sent.bytes())));
        answers.removeIf(each -> each.getKind() != ResultKind.COMMAND);
        return answers.get(answers.size() - 1);
    }

    @Test
    void pathsOfThatTimeAreReconciledByWhatIsThereNow() {
        hours();
        Result answer = give(CommandKind.REPLAY, null);

        assertThat(asked).containsExactlyInAnyOrder("a UNKNOWN", "d UNKNOWN whole", "b.o UNKNOWN");
        assertThat(answer.getFailed()).isZero();
        assertThat(answer.getPaths()).isEqualTo(3);
        assertThat(answer.getPartition()).isEqualTo(PARTITION);
        assertThat(answer.getFromOffset()).isEqualTo(1);
        assertThat(answer.getToOffset()).isEqualTo(3);
        assertThat(answer.getMessage()).contains("2 batches", "offsets 1 to 3");
        assertThat(replication.finishedCommands()).isEqualTo(1);
        assertThat(replication.finished()).as("offsets of the live stream").isEmpty();
    }

    @Test
    void offsetOfTheCommandWaitsForThePaths() {
        hours();
        state = Outcome.State.TRANSPORT;
        assertThat(give(CommandKind.REPLAY, null).getFailed()).isZero();

        assertThat(replication.finishedCommands()).isZero();
    }

    @Test
    void dryRunSaysWhatItWouldBeAndFromWhichOffsets() {
        hours();
        Result answer = give(CommandKind.REPLAY_DRY_RUN, "*.o");

        assertThat(asked).isEmpty();
        assertThat(answer.getFromOffset()).isEqualTo(1);
        assertThat(answer.getDryRun().getSentPaths())
                .containsExactly(RelPath.of("b.o").toField());
        assertThat(answer.getMessage()).contains("1 whole directories in them do not match");
    }

    @Test
    void timeWhoseBatchesTheTopicHasDroppedIsRefused() {
        beginning = 100;
        batch("data", START.minusSeconds(1800), path("a", FileType.FILE, false));
        Result answer = give(CommandKind.REPLAY, null);

        assertThat(asked).isEmpty();
        assertThat(answer.getFailed()).isEqualTo(1);
        assertThat(answer.getMessage()).contains("has dropped the batches before offset 100", "weir baseline");
    }

    @Test
    void timeWithoutBatchesIsSaidToHaveNone() {
        batch("data", START.minusSeconds(7200), path("before", FileType.FILE, false));
        Result answer = give(CommandKind.REPLAY, null);

        assertThat(answer.getFailed()).isZero();
        assertThat(answer.getPaths()).isZero();
        assertThat(answer.getMessage()).contains("no batch of that time");
    }
}
