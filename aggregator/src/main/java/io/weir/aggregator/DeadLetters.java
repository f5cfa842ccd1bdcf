package io.weir.aggregator;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.DeadLetterKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.apache.kafka.streams.processor.api.Record;

/** Makes the dead letters of the aggregator: of records that cannot be read and of paths that may not be applied. Pure. */
final class DeadLetters {
    /** A dead letter of all replicas: no replica is named. */
    private static final String ALL_REPLICAS = "";

    private DeadLetters() {}

    /** Where a record came from. */
    record Origin(String topic, int partition, long offset) {
        @Override
        public String toString() {
            return "topic " + topic + " partition " + partition + " offset " + offset;
        }
    }

    /** Of a record that could not be read. Each has a key of its own, so that compaction keeps it. */
    static Record<byte[], Object> undecodable(String named, Origin origin, String cause, long nowMillis) {
        String source = harmless(named);
        String reason = "reading a change at " + origin + " failed: " + cause
                + "; the record is skipped, and what it may have hidden is looked at anew";
        DeadLetter letter = letter(source, new byte[0], DeadLetterKind.UNDECODABLE, reason, origin, nowMillis);
        byte[] place = origin.toString().getBytes(StandardCharsets.UTF_8);
        return new Record<>(DeadLetterKey.encode(source, ALL_REPLICAS, place), letter, nowMillis);
    }

    /** Of a path that may not be applied. */
    static Record<byte[], Object> refused(String named, byte[] path, Origin origin, String cause, long nowMillis) {
        String source = harmless(named);
        String reason = "the change at " + origin + " is refused: " + cause + "; no replica gets this path";
        DeadLetter letter = letter(source, path, DeadLetterKind.REFUSED, reason, origin, nowMillis);
        return new Record<>(DeadLetterKey.encode(source, ALL_REPLICAS, path), letter, nowMillis);
    }

    /** A source name from a record that may be anything: without the NUL that parts keys. */
    private static String harmless(String named) {
        return named.replace('\0', '?');
    }

    private static DeadLetter letter(
            String source, byte[] path, DeadLetterKind kind, String reason, Origin origin, long nowMillis) {
        Instant now = Instant.ofEpochMilli(nowMillis);
        return DeadLetter.newBuilder()
                .setSource(source)
                .setReplica(ALL_REPLICAS)
                .setPath(ByteBuffer.wrap(path))
                .setKind(kind)
                .setReason(reason)
                .setFirstFailedAt(now)
                .setLastFailedAt(now)
                .setPartition(origin.partition())
                .setOffset(origin.offset())
                .build();
    }
}
