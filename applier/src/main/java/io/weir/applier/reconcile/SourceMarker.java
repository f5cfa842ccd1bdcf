package io.weir.applier.reconcile;

import io.weir.applier.rsync.RsyncCommand;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.RsyncExit;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.applier.rsync.RsyncProcess;
import io.weir.applier.rsync.RsyncRun;
import io.weir.schemas.RelPath;
import io.weir.service.RsyncProgram;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** Reads a source's identity off its root marker, {@code .weir/id-<uuid>}, through the same rsync module the data comes from. */
public final class SourceMarker {
    private static final RelPath OWN = RelPath.of(".weir");
    private static final String PREFIX = ".weir/id-";

    private final RsyncEndpoint endpoint;
    private final RsyncOptions options;

    /** Looks at one source. */
    public SourceMarker(RsyncEndpoint endpoint, RsyncOptions options) {
        this.endpoint = endpoint;
        this.options = options;
    }

    /** The path of a source's marker. */
    static RelPath path(UUID id) {
        return RelPath.of(PREFIX + id);
    }

    /**
     * Asks the source, with one rsync call.
     *
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws io.weir.service.WeirException when there is no usable rsync
     */
    public Found discover() throws InterruptedException {
        RsyncProgram binary = RsyncProgram.find();
        try {
            Path empty = Files.createTempDirectory("weir-empty-");
            try (RsyncProcess process = new RsyncProcess(options.timeout())) {
                RsyncCommand command = new RsyncCommand(binary, endpoint, options, empty, empty, "", false);
                return read(process.run(command.confirm(true), List.of(OWN)));
            } finally {
                Files.delete(empty);
            }
        } catch (IOException e) {
            return new Found(
                    null, Outcome.State.LOCAL_IO, "asking the source for its root marker failed: " + e.getMessage());
        }
    }

    private Found read(RsyncRun run) {
        RsyncExit.Kind kind = run.exit().kind();
        if (kind != RsyncExit.Kind.DONE && kind != RsyncExit.Kind.PARTIAL) {
            return new Found(
                    null,
                    Outcome.State.TRANSPORT,
                    "asking " + endpoint.url() + " for its root marker failed: " + run.complaint());
        }
        List<UUID> ids = run.items().keySet().stream()
                .map(path -> id(new String(path.bytes(), StandardCharsets.ISO_8859_1)))
                .flatMap(Optional::stream)
                .toList();
        if (ids.size() == 1) {
            return new Found(ids.get(0), Outcome.State.DONE, "");
        }
        String what = ids.isEmpty()
                ? "shows no root marker .weir/id-<uuid>: is its disk mounted, and does its agent run?"
                : "shows " + ids.size() + " root markers: remove the wrong ones from .weir/";
        return new Found(null, Outcome.State.UNAVAILABLE, "the source at " + endpoint.url() + " " + what);
    }

    private static Optional<UUID> id(String path) {
        if (!path.startsWith(PREFIX)) {
            return Optional.empty();
        }
        try {
            return Optional.of(UUID.fromString(path.substring(PREFIX.length())));
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }

    /**
     * What the source said. Immutable.
     *
     * @param id its identity; null in any state but {@link Outcome.State#DONE}
     * @param state as of a reconcile
     * @param message for people, when there is no identity
     */
    public record Found(@Nullable UUID id, Outcome.State state, String message) {}
}
