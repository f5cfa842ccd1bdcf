package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import io.weir.service.DurableFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the contents of a verification are compared, in a file of the replica's own directory, so that a restart goes on there. It is
 * there from the beginning of the verification to its answer. One that cannot be written or read costs time and nothing else. Used by
 * one thread at a time.
 */
public final class VerifyJournal {
    private static final Logger log = LoggerFactory.getLogger(VerifyJournal.class);
    private static final String HEAD = "weir verify 1";

    private final @Nullable Path file;

    private VerifyJournal(@Nullable Path file) {
        this.file = file;
    }

    /** One that remembers nothing. */
    public static VerifyJournal none() {
        return new VerifyJournal(null);
    }

    /**
     * That of one verification.
     *
     * @param own the directory {@code .weir} of the replica
     * @param id of a command, or a word for what is done on a schedule; characters that are none of a name's are left out
     */
    public static VerifyJournal of(Path own, String id) {
        return new VerifyJournal(own.resolve("verify-" + id.replaceAll("[^A-Za-z0-9-]", "")));
    }

    /**
     * How far it is. Immutable.
     *
     * @param seed that chose the files
     * @param passed the last path compared, in order; null for none
     * @param files compared so far
     * @param bytes of them
     * @param differing those of them that differ
     */
    record Mark(long seed, @Nullable RelPath passed, long files, long bytes, List<RelPath> differing) {
        Mark {
            differing = List.copyOf(differing);
        }

        /** After one more chunk. */
        Mark after(ContentChunk chunk, List<RelPath> found) {
            List<RelPath> all = new ArrayList<>(differing);
            all.addAll(found);
            RelPath last = chunk.paths().get(chunk.paths().size() - 1);
            return new Mark(seed, last, files + chunk.paths().size(), bytes + chunk.bytes(), all);
        }

        private String toText() {
            StringBuilder text =
                    new StringBuilder(HEAD + "\nseed " + seed + "\nfiles " + files + "\nbytes " + bytes + '\n');
            if (passed != null) {
                text.append("passed ").append(passed).append('\n');
            }
            differing.forEach(path -> text.append("differs ").append(path).append('\n'));
            return text.toString();
        }

        private static Mark parse(String text) {
            List<String> lines = text.lines().toList();
            if (lines.isEmpty() || !lines.get(0).equals(HEAD)) {
                throw new IllegalArgumentException("its first line is not '" + HEAD + "'");
            }
            Mark mark = new Mark(0, null, 0, 0, List.of());
            List<RelPath> differing = new ArrayList<>();
            for (String line : lines.subList(1, lines.size())) {
                String value = line.substring(line.indexOf(' ') + 1);
                switch (line.substring(0, Math.max(0, line.indexOf(' ')))) {
                    case "seed" ->
                        mark = new Mark(Long.parseLong(value), mark.passed, mark.files, mark.bytes, List.of());
                    case "files" ->
                        mark = new Mark(mark.seed, mark.passed, Long.parseLong(value), mark.bytes, List.of());
                    case "bytes" ->
                        mark = new Mark(mark.seed, mark.passed, mark.files, Long.parseLong(value), List.of());
                    case "passed" ->
                        mark = new Mark(mark.seed, RelPath.parse(value), mark.files, mark.bytes, List.of());
                    case "differs" -> differing.add(RelPath.parse(value));
                    default -> throw new IllegalArgumentException("line '" + line + "' is not understood");
                }
            }
            return new Mark(mark.seed, mark.passed, mark.files, mark.bytes, differing);
        }
    }

    /** Whether the verification was begun, by this process or one before, and has no answer yet. */
    public boolean isBegun() {
        return file != null && Files.exists(file);
    }

    /** Where to go on: at the beginning when nothing was written or it cannot be read. */
    Mark read(long seed) {
        Mark beginning = new Mark(seed, null, 0, 0, List.of());
        if (file == null) {
            return beginning;
        }
        try {
            return Mark.parse(Files.readString(file));
        } catch (NoSuchFileException e) {
            return beginning;
        } catch (IOException | IllegalArgumentException e) {
            log.warn("verification begins again, its journal is ignored: file={} cause={}", file, e.toString());
            return beginning;
        }
    }

    /** Notes how far it is. */
    void write(Mark mark) {
        if (file == null) {
            return;
        }
        try {
            DurableFile.replace(file, mark.toText().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            log.warn("a restart would begin this verification again: file={} cause={}", file, e.toString());
        }
    }

    /** The answer is given. */
    public void end() {
        if (file == null) {
            return;
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            log.warn("journal of a verification stays and may be removed: file={} cause={}", file, e.toString());
        }
    }
}
