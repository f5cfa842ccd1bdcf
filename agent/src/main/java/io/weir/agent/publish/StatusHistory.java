package io.weir.agent.publish;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** {@link Rivals} in the status topic of Kafka. Confined to one thread. */
final class StatusHistory implements Rivals {
    private final KafkaSettings kafka;
    private final ClockWatch clock;
    private final TopicPartition status;
    private final String component;
    private final RecordSerde<Status> serde;

    /** Of the component with this name. */
    StatusHistory(KafkaSettings kafka, WireFormat format, ClockWatch clock, String component) {
        this.kafka = kafka;
        this.clock = clock;
        this.serde = format.serde(Status.class);
        this.status =
                new TopicPartition(new Topics(kafka.topicPrefix()).status().name(), 0);
        this.component = component;
    }

    @Override
    public @Nullable String between(long from, long to, Predicate<Status> isRival)
            throws IOException, InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = PastReader.open(kafka, clock, "weir-agent-claims")) {
            return look(consumer, from, to, isRival);
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException(e.getMessage());
        } catch (AuthorizationException e) {
            return "nobody may know, since " + Refusal.explain(e, AclOperation.READ);
        } catch (KafkaException e) {
            throw new IOException(purpose() + ": " + Refusal.explain(e, AclOperation.READ), e);
        }
    }

    private String purpose() {
        return "read topic " + status.topic() + " for other agents";
    }

    private @Nullable String look(KafkaConsumer<byte[], byte[]> consumer, long from, long to, Predicate<Status> isRival)
            throws IOException {
        consumer.assign(List.of(status));
        long oldest = consumer.beginningOffsets(List.of(status)).getOrDefault(status, 0L);
        consumer.seek(status, Math.max(from, oldest));
        PastReader past = new PastReader(consumer, Map.of(status, to), PastReader.PATIENCE, purpose());
        while (past.hasMore()) {
            for (ConsumerRecord<byte[], byte[]> record : past.poll()) {
                String found = record.offset() < to ? look(record, isRival) : null;
                if (found != null) {
                    return found;
                }
            }
        }
        return null;
    }

    private @Nullable String look(ConsumerRecord<byte[], byte[]> record, Predicate<Status> isRival) {
        if (record.key() == null
                || record.value() == null
                || !StatusKey.component(new String(record.key(), StandardCharsets.UTF_8))
                        .equals(component)) {
            return null;
        }
        try {
            Status seen = serde.decode(record.value());
            return isRival.test(seen)
                    ? "host " + seen.getHost() + ", pid " + seen.getPid() + ", epoch " + seen.getEpoch() + ", at "
                            + seen.getAt()
                    : null;
        } catch (UndecodableRecordException e) {
            return "a record that cannot be read, at offset " + record.offset() + ": " + e.getMessage();
        }
    }
}
