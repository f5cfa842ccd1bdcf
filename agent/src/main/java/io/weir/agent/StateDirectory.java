package io.weir.agent;

import io.weir.service.ExitCode;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The state directory of an agent: made when missing, outside of all sources, and locked while the agent runs. */
final class StateDirectory implements Service {
    private final AgentSettings settings;
    private @Nullable FileChannel lock;

    StateDirectory(AgentSettings settings) {
        this.settings = settings;
    }

    @Override
    public String name() {
        return "agent-state";
    }

    @Override
    public synchronized void start() {
        Path directory = settings.stateDirectory();
        try {
            Files.createDirectories(directory);
            requireOutside(directory.toRealPath(), settings.sources());
            FileChannel channel =
                    FileChannel.open(directory.resolve("lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (!isLocked(channel)) {
                channel.close();
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "start the agent: another agent uses the state directory " + directory
                                + "; stop it, or give this one another directory (state.dir)");
            }
            lock = channel;
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "use the state directory " + directory + ": " + e + "; make it writable, or set state.dir",
                    e);
        }
    }

    /**
     * Refuses sources that the directory lies in.
     *
     * @throws WeirException (SETTINGS) naming one
     */
    void requireOutside(List<SourceSettings> sources) {
        try {
            requireOutside(settings.stateDirectory().toRealPath(), sources);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE, "look at the state directory " + settings.stateDirectory() + ": " + e, e);
        }
    }

    private static boolean isLocked(FileChannel channel) throws IOException {
        try {
            return channel.tryLock() != null;
        } catch (OverlappingFileLockException sameProcess) {
            return false;
        }
    }

    /** State inside a source would replicate secrets, and each note of it would be a change. */
    private static void requireOutside(Path state, List<SourceSettings> sources) throws IOException {
        for (SourceSettings source : sources) {
            if (Files.isDirectory(source.root())
                    && state.startsWith(source.root().toRealPath())) {
                throw new WeirException(
                        ExitCode.SETTINGS,
                        "use the state directory " + state + ": it is inside source " + source.name() + " ("
                                + source.root() + "); choose another one (state.dir)");
            }
        }
    }

    @Override
    public synchronized void close() {
        FileChannel held = lock;
        lock = null;
        if (held != null) {
            try {
                held.close();
            } catch (IOException e) {
                throw new WeirException(ExitCode.FAILURE, "release the state directory: " + e.getMessage(), e);
            }
        }
    }
}
