package io.weir.agent;

import io.weir.agent.publish.SourceMeters;
import io.weir.agent.publish.SourceSession;
import io.weir.agent.root.BootId;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.root.StateFile;
import io.weir.agent.scan.Scanner;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.PathRules;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.util.OptionalLong;

/** Makes the sessions of a source: proves the root, remembers that a life begins, and wires what a session needs. */
final class SessionOpener {
    /**
     * A session to be started.
     *
     * @param first whether the source was never served before
     */
    record Opened(SourceSession session, boolean first) {}

    private final SourceSettings source;
    private final SourceRoot root;
    private final PathRules excludes;
    private final Shared shared;
    private final SourceMeters meters;
    private final SourceStatus status;

    SessionOpener(SourceSettings source, SourceRoot root, Shared shared, SourceMeters meters, SourceStatus status) {
        this.source = source;
        this.root = root;
        this.excludes = PathRules.of(source.exclude());
        this.shared = shared;
        this.meters = meters;
        this.status = status;
    }

    /**
     * Makes a session.
     *
     * @throws SourceUnavailableException when the root cannot be believed
     * @throws WeirException when the state directory cannot be written
     */
    Opened open(StateFile file, SourceSession.Listener listener) throws SourceUnavailableException {
        RootGuard guard = RootGuard.identify(root, file.state().uuid());
        begin(file, guard);
        return new Opened(new SourceSession(context(file), guard, listener), guard.first());
    }

    private void begin(StateFile file, RootGuard guard) {
        String boot = BootId.read();
        try {
            // Nothing of a new source can have been published before.
            OptionalLong noted = guard.first()
                    ? OptionalLong.empty()
                    : Scanner.notedAtMillis(shared.settings().stateDirectory(), guard, source.name());
            // The marker is older than this note of it: after a crash in between, the marker is simply found.
            file.update(before -> before.begun(guard.uuid(), shared.instance(), boot, noted));
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "keep the state of source " + source.name() + " in "
                            + shared.settings().stateDirectory() + ": " + e.getMessage()
                            + "; make the directory writable and free some space",
                    e);
        }
    }

    private SourceSession.Context context(StateFile file) {
        AgentSettings settings = shared.settings();
        String name = status.component();
        return new SourceSession.Context(
                root,
                excludes,
                file,
                shared.kafka(),
                shared.format(),
                shared.clock(),
                shared.statusLog(),
                name,
                status::status,
                meters,
                shared.health().heartbeat(name + "/publisher"),
                shared.faults(),
                new SourceSession.Bounds(settings.dirtyPaths(), settings.unacknowledged()),
                new SourceSession.Scanning(
                        settings.stateDirectory(),
                        settings.scans(),
                        shared.health().heartbeat(name + "/scanner")));
    }
}
