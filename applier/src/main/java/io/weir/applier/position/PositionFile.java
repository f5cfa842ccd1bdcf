package io.weir.applier.position;

import io.weir.service.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The file {@code .weir/position} in a replica. A crash leaves the old or the new one, whole. Used by one thread at a time. */
public final class PositionFile {
    private static final Logger log = LoggerFactory.getLogger(PositionFile.class);

    /** Its name in {@code .weir}. */
    public static final String NAME = "position";

    private final Path file;

    /** The position file in a replica's own directory, {@code .weir}. */
    public PositionFile(Path own) {
        file = own.resolve(NAME);
    }

    /** What it holds; empty when there is none or none that can be read, which costs a baseline. */
    public Optional<Position> read() throws IOException {
        try {
            return Optional.of(Position.parse(Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            log.warn("position file ignored, a baseline follows: file={} cause={}", file, e.getMessage());
            return Optional.empty();
        }
    }

    /** Replaces it; on disk when this returns. */
    public void write(Position position) throws IOException {
        DurableFile.replace(file, position.toText().getBytes(StandardCharsets.UTF_8));
    }
}
