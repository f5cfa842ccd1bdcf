package io.weir.agent.publish;

import io.weir.agent.scan.History;
import io.weir.agent.watch.Captured;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InterruptException;

/** Reads what was published of a source lately from the changes topic. Confined to one thread. */
final class HistoryTail implements History {
    private final KafkaSettings kafka;
    private final ClockWatch clock;
    private final String topic;
    private final byte[] key;
    private final RecordSerde<Change> serde;

    HistoryTail(KafkaSettings kafka, WireFormat format, ClockWatch clock, String source) {
        this.kafka = kafka;
        this.clock = clock;
        this.serde = format.serde(Change.class);
        this.topic = new Topics(kafka.topicPrefix()).changes().name();
        this.key = source.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public boolean since(long fromMillis, java.util.function.Consumer<Captured> sink, Runnable tick)
            throws IOException, InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = PastReader.open(kafka, clock, "weir-agent-history")) {
            return read(consumer, PastReader.PATIENCE, fromMillis, sink, tick);
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException(e.getMessage());
        } catch (KafkaException e) {
            throw new IOException(purpose() + ": " + Refusal.explain(e, AclOperation.READ), e);
        }
    }

    /**
     * Reads to where the topic ends now.
     *
     * @throws IOException when nothing came for longer than the patience
     */
    boolean read(
            Consumer<byte[], byte[]> consumer,
            Duration patience,
            long fromMillis,
            java.util.function.Consumer<Captured> sink,
            Runnable tick)
            throws IOException {
        List<TopicPartition> partitions = consumer.partitionsFor(topic).stream()
                .map(each -> new TopicPartition(topic, each.partition()))
                .toList();
        consumer.assign(partitions);
        Map<TopicPartition, Long> first = consumer.beginningOffsets(partitions);
        Map<TopicPartition, Long> end = consumer.endOffsets(partitions);
        Map<TopicPartition, OffsetAndTimestamp> start = consumer.offsetsForTimes(
                partitions.stream().collect(Collectors.toMap(each -> each, each -> fromMillis)));
        boolean whole = true;
        for (TopicPartition each : partitions) {
            OffsetAndTimestamp at = start.get(each);
            long from = at == null ? end.getOrDefault(each, 0L) : at.offset();
            long oldest = first.getOrDefault(each, 0L);
            // What was before the oldest record is gone, and may have been of the time that is asked for.
            whole &= from > oldest || oldest == 0;
            consumer.seek(each, from);
        }
        PastReader past = new PastReader(consumer, end, patience, purpose());
        while (whole && past.hasMore()) {
            for (ConsumerRecord<byte[], byte[]> record : past.poll()) {
                if (Arrays.equals(key, record.key()) && record.value() != null) {
                    whole &= take(record.value(), sink);
                }
            }
            tick.run();
        }
        return whole;
    }

    private String purpose() {
        return "read the history from topic " + topic;
    }

    private boolean take(byte[] value, java.util.function.Consumer<Captured> sink) {
        try {
            Change change = serde.decode(value);
            RelPath path = RelPath.of(change.getPath());
            boolean isChange = change.getKind() != ChangeKind.GAP && change.getKind() != ChangeKind.CHECKPOINT;
            if (isChange && !path.isOwn()) {
                boolean whole = change.getRecursive()
                        || change.getKind() == ChangeKind.MOVED
                        || change.getKind() == ChangeKind.DELETED;
                sink.accept(new Captured(ChangeKind.CLOSED, path, null, whole, Origin.SCAN, Micros.now(), null));
            }
            return true;
        } catch (UndecodableRecordException | IllegalArgumentException e) {
            return false;
        }
    }
}
