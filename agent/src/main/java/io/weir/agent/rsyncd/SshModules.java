package io.weir.agent.rsyncd;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Processes;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What calls over ssh need: the configuration that the line in {@code authorized_keys} names. sshd starts a daemon for each call, so
 * nothing is kept running here; only calls that wait for a fifo are ended.
 */
public final class SshModules implements Service {
    private static final Logger log = LoggerFactory.getLogger(SshModules.class);
    private static final String ROOT = "root";
    private static final Duration SENDER_PATIENCE = Duration.ofSeconds(10);
    private static final int LOOKS_BETWEEN = 10;

    private final SshSettings settings;
    private final List<String> hostsAllow;
    private volatile List<SourceRoot> sources;
    private final Path config;
    private final SshConfigFile file;
    private final StuckSenders stuck = new StuckSenders(SENDER_PATIENCE, System::nanoTime);
    private final Loop watch;
    private int steps;

    /**
     * For an agent's sources.
     *
     * @param stateDirectory where is noted what was written, for it to be removed once ssh is off
     */
    public SshModules(
            SshSettings settings,
            List<String> hostsAllow,
            List<SourceRoot> sources,
            Path stateDirectory,
            Heartbeat heartbeat,
            FaultHandler faults) {
        this.settings = settings;
        this.hostsAllow = List.copyOf(hostsAllow);
        this.sources = List.copyOf(sources);
        this.config = settings.config().toAbsolutePath();
        this.file = new SshConfigFile(stateDirectory);
        this.watch = new Loop("rsyncd-ssh", this::lookOnce, heartbeat, faults);
    }

    @Override
    public String name() {
        return "rsyncd-ssh";
    }

    @Override
    public void start() {
        requireSafe();
        write();
        log.info("sources reached over ssh: user={} config={}", settings.user(), settings.config());
        watch.start();
    }

    private void write() {
        byte[] content = RsyncdConfig.writeForSsh(settings.user().equals(ROOT), hostsAllow, sources);
        try {
            file.write(config, content);
        } catch (IOException e) {
            throw unavailable("write " + settings.config(), e);
        }
    }

    /**
     * Serves these sources from now on: each call reads what is written here. To be called while it runs.
     *
     * @throws WeirException when it cannot be written
     */
    public void serve(List<SourceRoot> now) {
        sources = List.copyOf(now);
        write();
    }

    /** Who writes that file, or can replace it, runs commands as the user that logs in: rsyncd.conf(5), pre-xfer exec. */
    private void requireSafe() {
        if (Processes.effectiveUid() != 0 && !settings.user().equals(System.getProperty("user.name"))) {
            throw refused("an agent that is not root may only serve its own user, not '" + settings.user()
                    + "', which would run what the agent writes; run the agent as root (docs/security.md, Over ssh), or set it"
                    + " to '" + System.getProperty("user.name") + "' if that user may log in");
        }
        try {
            Files.createDirectories(config.getParent());
            Optional<Path> open = SshConfigFile.openDirectory(config);
            if (open.isPresent()) {
                throw refused("others than root and the agent may write to " + open.get() + " or own it, and so run"
                        + " commands as the user that logs in; take that from them (chown, chmod go-w), or set"
                        + " rsyncd.ssh.config to a file elsewhere");
            }
        } catch (IOException e) {
            throw unavailable("make " + config.getParent(), e);
        }
    }

    private static WeirException unavailable(String what, IOException cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                what + " for calls over ssh: " + cause + "; rsyncd.ssh.config names another place",
                cause);
    }

    private static WeirException refused(String why) {
        return new WeirException(ExitCode.SETTINGS, "rsyncd.ssh.user: " + why);
    }

    private void lookOnce() throws InterruptedException {
        TimeUnit.MILLISECONDS.sleep(500);
        if (++steps % LOOKS_BETWEEN == 0) {
            String word = "--config=" + settings.config();
            try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
                stuck.check(all.filter(each -> each.info()
                        .arguments()
                        .filter(words -> List.of(words).contains(word))
                        .isPresent()));
            }
        }
    }

    @Override
    public void close() {
        watch.close();
    }
}
