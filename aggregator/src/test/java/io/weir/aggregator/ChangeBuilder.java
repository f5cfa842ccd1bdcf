package io.weir.aggregator;

import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Changes of the source {@code data} as an agent would send them, numbered in order. */
final class ChangeBuilder {
    static final String SOURCE = "data";

    private long epoch = 1;
    private long sequence;

    /** The defaults, with three patterns of temporary names and bounds that tests can reach. */
    static AggregatorSettings settings() {
        return settings(5000, 512 * 1024);
    }

    static AggregatorSettings settings(int maxPaths, long maxBytes) {
        return new AggregatorSettings(
                Duration.ofMillis(20),
                Duration.ofMillis(200),
                maxPaths,
                maxBytes,
                Duration.ofSeconds(1),
                Duration.ofSeconds(30),
                Duration.ofSeconds(10),
                List.of("*.tmp", "*~", "4913"),
                10,
                1000,
                1,
                "",
                Duration.ofSeconds(3),
                Path.of("/nowhere"));
    }

    static RelPath path(String path) {
        return RelPath.of(path);
    }

    static Observed observed(FileType type) {
        return Observed.newBuilder().setType(type).build();
    }

    static Observed linked(long ino) {
        return Observed.newBuilder()
                .setType(FileType.FILE)
                .setLinks(2)
                .setDev(7)
                .setIno(ino)
                .build();
    }

    /** From here on under another epoch, from sequence 1. */
    void epoch(long next) {
        epoch = next;
        sequence = 0;
    }

    /** The next change is missing. */
    void skip() {
        sequence++;
    }

    Change change(ChangeKind kind, String path, FileType type) {
        return change(kind, path, observed(type));
    }

    Change change(ChangeKind kind, String path, Observed observed) {
        return build(kind, path, observed).build();
    }

    Change moved(String from, String to, FileType type) {
        return build(ChangeKind.MOVED, to, observed(type))
                .setMovedFrom(bytes(from))
                .build();
    }

    Change.Builder build(ChangeKind kind, String path, Observed observed) {
        sequence++;
        return Change.newBuilder()
                .setSource(SOURCE)
                .setEpoch(epoch)
                .setSequence(sequence)
                .setKind(kind)
                .setPath(bytes(path))
                .setObserved(observed)
                .setCapturedAt(Instant.ofEpochMilli(sequence));
    }

    static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }
}
