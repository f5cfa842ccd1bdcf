package io.weir.agent.publish;

import io.weir.schemas.Desired;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.InterruptException;
import org.jspecify.annotations.Nullable;

/** {@link Succession} in the topic {@code weir.desired}, which is read from its beginning each time. Confined to one thread. */
final class PromotionHistory implements Succession {
    private final KafkaSettings kafka;
    private final ClockWatch clock;
    private final TopicPartition desired;
    private final byte[] key;
    private final RecordSerde<Desired> serde;

    /** Of a source. */
    PromotionHistory(KafkaSettings kafka, WireFormat format, ClockWatch clock, String source) {
        this.kafka = kafka;
        this.clock = clock;
        this.serde = format.serde(Desired.class);
        this.desired =
                new TopicPartition(new Topics(kafka.topicPrefix()).desired().name(), 0);
        this.key = source.getBytes(StandardCharsets.UTF_8);
    }

    @Override
    public @Nullable Desired newest() throws IOException, InterruptedException {
        try (KafkaConsumer<byte[], byte[]> consumer = PastReader.open(kafka, clock, "weir-agent-promotions")) {
            return read(consumer);
        } catch (InterruptException e) {
            Thread.interrupted();
            throw new InterruptedException(e.getMessage());
        } catch (UndecodableRecordException e) {
            throw new IOException(purpose() + ": one of its records cannot be read: " + e.getMessage(), e);
        } catch (KafkaException e) {
            // A consumer that cannot be made tells why in its cause only.
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(purpose() + ": " + Refusal.explain(cause, AclOperation.READ, desired.topic()), e);
        }
    }

    private String purpose() {
        return "read topic " + desired.topic() + " for a replica that was promoted to be the source";
    }

    private @Nullable Desired read(KafkaConsumer<byte[], byte[]> consumer) throws IOException {
        consumer.assign(List.of(desired));
        consumer.seekToBeginning(List.of(desired));
        PastReader past =
                new PastReader(consumer, consumer.endOffsets(List.of(desired)), PastReader.PATIENCE, purpose());
        Desired newest = null;
        while (past.hasMore()) {
            for (ConsumerRecord<byte[], byte[]> record : past.poll()) {
                if (Arrays.equals(key, record.key())) {
                    newest = record.value() == null ? null : serde.decode(record.value());
                }
            }
        }
        return newest == null || newest.getPromotion() == null ? null : newest;
    }
}
