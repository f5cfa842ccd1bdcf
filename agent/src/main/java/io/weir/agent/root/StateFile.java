package io.weir.agent.root;

import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.function.UnaryOperator;

/**
 * The {@link SourceState} of one source in a small text file, replaced as a whole (written aside, synced, renamed), so that
 * a crash leaves the old or the new one. Thread-safe.
 */
public final class StateFile {
    private static final String HEADER = "weir source state 1";

    private final Path file;
    private SourceState state;

    private StateFile(Path file, SourceState state) {
        this.file = file;
        this.state = state;
    }

    /**
     * Reads the file of a source, which need not exist yet.
     *
     * @throws WeirException when it exists and cannot be read or understood
     */
    public static StateFile open(Path stateDirectory, String source) {
        Path file = stateDirectory.resolve(source + ".state");
        if (!Files.exists(file)) {
            return new StateFile(file, SourceState.NONE);
        }
        try {
            return new StateFile(file, parse(Files.readAllLines(file, StandardCharsets.UTF_8)));
        } catch (IOException | IllegalArgumentException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "read the agent's state of source " + source + " from " + file + ": " + e
                            + "; make it readable, or remove it: the agent then takes over the marker it finds in the"
                            + " source",
                    e);
        }
    }

    private static SourceState parse(List<String> lines) {
        if (lines.isEmpty() || !lines.get(0).equals(HEADER)) {
            throw new IllegalArgumentException("the first line is not '" + HEADER + "'");
        }
        Map<String, String> values = new HashMap<>();
        for (String line : lines.subList(1, lines.size())) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String uuid = values.getOrDefault("uuid", "");
        return new SourceState(
                uuid.isEmpty() ? null : UUID.fromString(uuid),
                Long.parseLong(values.getOrDefault("epoch", "")),
                lives(values.getOrDefault("lives", "")),
                values.getOrDefault("boot", ""),
                debt(values));
    }

    private static List<String> lives(String joined) {
        return joined.isEmpty() ? List.of() : List.of(joined.split(",", -1));
    }

    private static Debt debt(Map<String, String> values) {
        String since = values.getOrDefault("repeat-since", "");
        return new Debt(
                since.isEmpty() ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(since)),
                Long.parseLong(values.getOrDefault("rescan-since-epoch", "0")));
    }

    /** What is remembered now. */
    public synchronized SourceState state() {
        return state;
    }

    /** Changes what is remembered; it is durable when this returns. */
    public synchronized SourceState update(UnaryOperator<SourceState> change) throws IOException {
        SourceState next = change.apply(state);
        if (!next.equals(state)) {
            write(next);
            state = next;
        }
        return next;
    }

    private void write(SourceState next) throws IOException {
        OptionalLong since = next.debt().sinceMillis();
        String text = HEADER + "\nuuid=" + (next.uuid() == null ? "" : next.uuid()) + "\nepoch=" + next.epoch()
                + "\nlives=" + String.join(",", next.lives()) + "\nboot=" + next.boot()
                + "\nrepeat-since=" + (since.isPresent() ? since.getAsLong() : "")
                + "\nrescan-since-epoch=" + next.debt().rivalEpoch() + "\n";
        DurableFile.replace(file, text.getBytes(StandardCharsets.UTF_8));
    }
}
