package io.weir.applier.consume;

import io.weir.applier.reconcile.Differences;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The commands that look or read for a while before anything can be said: they are carried out beside the work, and answered then.
 * Guarded by the lock of {@link Replication}.
 */
final class Questions {
    private static final Set<CommandKind> KINDS = Set.of(
            CommandKind.BASELINE_DRY_RUN,
            CommandKind.VERIFY,
            CommandKind.REPLAY,
            CommandKind.REPLAY_DRY_RUN,
            CommandKind.VERSIONS,
            CommandKind.RESTORE);

    private final Reports reports;
    private final Asides dryRuns;
    private final Verifier verifier;
    private final Replayer replayer;
    private final Restorer restorer;

    Questions(Reports reports, Asides dryRuns, Verifier verifier, Replayer replayer, Restorer restorer) {
        this.reports = reports;
        this.dryRuns = dryRuns;
        this.verifier = verifier;
        this.replayer = replayer;
        this.restorer = restorer;
    }

    /** Whether a command is one of them. */
    boolean isOne(Command command) {
        return KINDS.contains(command.getKind());
    }

    /** Whether it was begun before a restart: then it does not expire. */
    boolean isBegun(Command command) {
        return switch (command.getKind()) {
            case VERIFY -> verifier.isBegun(command);
            case RESTORE -> restorer.isBegun(command);
            default -> false;
        };
    }

    /** Takes one; these offsets wait for its answer. */
    void take(Command command, SourceState source, List<Span> spans) {
        List<RelPath> paths = new ArrayList<>();
        for (ByteBuffer field : command.getPaths()) {
            Optional<RelPath> path = path(field);
            if (path.isEmpty()) {
                reports.answer(
                        command,
                        0,
                        command.getPaths().size(),
                        "a path in it is none of the source's; nothing was looked at");
                return;
            }
            paths.add(path.get());
        }
        switch (command.getKind()) {
            case VERIFY -> verifier.ask(command, source, paths, spans);
            case REPLAY, REPLAY_DRY_RUN -> replayer.ask(command, source, spans);
            case VERSIONS, RESTORE -> restorer.ask(command, source, paths, spans);
            default ->
                dryRuns.add(new Asides.Asked("dry run of source " + source.name(), spans, () -> {
                    Differences now = source.reconciler().dryRun(paths);
                    return () -> reports.dryRun(command, now);
                }));
        }
    }

    /** A path that a baseline, a verification or a restore may be of. */
    static Optional<RelPath> path(ByteBuffer field) {
        try {
            return Optional.of(RelPath.of(field)).filter(path -> !path.isOwn());
        } catch (IllegalArgumentException e) {
            return Optional.empty();
        }
    }
}
