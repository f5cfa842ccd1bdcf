package io.weir.agent.rsyncd;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Capability;
import io.weir.posix.Processes;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import io.weir.service.RsyncProgram;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A read-only rsync daemon for all sources of an agent, one module each, named as the source. It is started again when it
 * dies and killed with everything it forked when this is closed. One that a killed agent left behind is ended first.
 *
 * <p>Who may do that, as root or by CAP_SYS_CHROOT, has it shut into the module's directory (chroot), where no link leads out.
 */
public final class RsyncDaemon implements Service {
    private static final Logger log = LoggerFactory.getLogger(RsyncDaemon.class);

    /** A writer of a fifo may come within this time; a client waits no longer anyway. */
    private static final Duration SENDER_PATIENCE = Duration.ofSeconds(10);

    private static final Duration READY_PATIENCE = Duration.ofSeconds(30);
    private static final int CONNECT_MILLIS = 2_000;
    private static final int SIGTERM = 15;
    private static final int SIGKILL = 9;

    private final RsyncdSettings settings;
    private final List<SourceRoot> sources;
    private final RsyncdFiles files;
    private final StuckSenders stuck = new StuckSenders(SENDER_PATIENCE, System::nanoTime);
    private final Loop supervisor;
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), 0.2);
    private volatile int port;
    private volatile @Nullable Process process;
    private volatile String lastLine = "";
    private volatile boolean closed;

    /**
     * A daemon for the sources.
     *
     * @param stateDirectory where configuration and secrets are kept
     */
    public RsyncDaemon(
            RsyncdSettings settings,
            List<SourceRoot> sources,
            Path stateDirectory,
            Heartbeat heartbeat,
            FaultHandler faults) {
        this.settings = settings;
        this.sources = List.copyOf(sources);
        this.files = new RsyncdFiles(stateDirectory.toAbsolutePath().resolve("rsyncd"));
        this.supervisor = new Loop("rsyncd-supervisor", this::superviseOnce, heartbeat, faults);
    }

    @Override
    public String name() {
        return "rsyncd";
    }

    /** The port it listens on, known when started. */
    public int port() {
        return port;
    }

    /** The URL of a source's module, known when started. */
    public String url(String source) {
        String host = settings.address().contains(":") ? "[" + settings.address() + "]" : settings.address();
        return "rsync://" + settings.user() + "@" + host + ":" + port + "/" + source;
    }

    /** The user that clients name. */
    public String user() {
        return settings.user();
    }

    /** The file for {@code rsync --password-file}; empty when the secrets are not ours to know. */
    public Optional<Path> passwordFile() {
        return settings.secretsFile().isPresent() ? Optional.empty() : Optional.of(files.password());
    }

    @Override
    public void start() {
        try {
            RsyncProgram program = RsyncProgram.find(settings.executable());
            requireSafeAddress();
            files.create();
            endLeftover();
            if (settings.secretsFile().isEmpty()) {
                files.writeSecret(settings.user());
            }
            port = settings.port() == 0 ? freePort() : settings.port();
            launch();
            awaitReady();
            log.info(
                    "rsync daemon ready: version={} address={} port={} modules={}",
                    program.version(),
                    settings.address(),
                    port,
                    sources.stream().map(SourceRoot::source).toList());
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "start the rsync daemon (" + settings.executable() + "): " + e.getMessage(),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "start the rsync daemon: interrupted", e);
        }
        supervisor.start();
    }

    private void requireSafeAddress() throws IOException {
        InetAddress address = InetAddress.getByName(settings.address());
        if (settings.secretsFile().isEmpty() && !address.isLoopbackAddress()) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    "rsyncd.address " + settings.address()
                            + " is reachable from other machines, and no secret is shared"
                            + " with them; set rsyncd.secrets-file to a file of user:secret lines, mode 0600");
        }
    }

    private int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(settings.address(), 0));
            return socket.getLocalPort();
        }
    }

    private void endLeftover() throws IOException, InterruptedException {
        Optional<Long> leftover = files.leftover();
        if (leftover.isPresent()) {
            log.warn("ending the rsync daemon of an agent that was killed: pid={}", leftover.get());
            killGroup(leftover.get(), SIGKILL);
            // A killed process has its port until it is gone, which takes a moment on a busy machine.
            long end = System.nanoTime() + READY_PATIENCE.toNanos();
            while (files.leftover().isPresent() && System.nanoTime() - end < 0) {
                synchronized (this) {
                    TimeUnit.MILLISECONDS.timedWait(this, 10);
                }
            }
        }
    }

    private void launch() throws IOException {
        Path secrets = settings.secretsFile().orElse(files.secrets());
        files.write(files.config(), RsyncdConfig.write(settings, secrets, files.lock(), port, shutIn(), sources));
        // A session of its own: a Ctrl-C at the terminal is for the agent, which ends the daemon in its turn, and the
        // group of everything the daemon forks can be killed.
        Process started = new ProcessBuilder(
                        "setsid", settings.executable(), "--daemon", "--no-detach", "--config=" + files.config())
                .directory(new File("/"))
                .redirectErrorStream(true)
                .start();
        process = started;
        started.getOutputStream().close();
        Thread reader = new Thread(() -> readLog(started), "rsyncd-log");
        reader.setDaemon(true);
        reader.start();
        files.writePid(started.pid());
    }

    private static RsyncdConfig.ShutIn shutIn() {
        if (!Capability.SYS_CHROOT.isEffective()) {
            return RsyncdConfig.ShutIn.NO;
        }
        return Processes.effectiveUid() == 0 ? RsyncdConfig.ShutIn.AS_ROOT : RsyncdConfig.ShutIn.AS_STARTED;
    }

    private void readLog(Process from) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                lastLine = line;
                log.debug("rsync daemon says: line={}", line);
            }
        } catch (IOException e) {
            log.debug("the rsync daemon's output has ended: cause={}", e.getMessage());
        }
    }

    private void awaitReady() throws InterruptedException {
        Process started = process;
        long end = System.nanoTime() + READY_PATIENCE.toNanos();
        while (started != null && System.nanoTime() < end) {
            if (answers()) {
                return;
            }
            if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "start the rsync daemon on " + settings.address() + " port " + port + ": it ended with code "
                                + started.exitValue() + ", saying '" + lastLine
                                + "'; if the port is taken, set rsyncd.port to another one or to 0");
            }
        }
        throw new WeirException(
                ExitCode.UNAVAILABLE,
                "start the rsync daemon on " + settings.address() + " port " + port + ": no answer within "
                        + READY_PATIENCE.toSeconds() + " s");
    }

    private boolean answers() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(settings.address(), port), CONNECT_MILLIS);
            socket.setSoTimeout(CONNECT_MILLIS);
            byte[] greeting = socket.getInputStream().readNBytes(8);
            return new String(greeting, StandardCharsets.US_ASCII).equals("@RSYNCD:");
        } catch (IOException notYet) {
            return false;
        }
    }

    /** Waits a while for the daemon to die; starts it again when it did. */
    private void superviseOnce() throws InterruptedException {
        Process running = process;
        if (running == null) {
            return;
        }
        if (!running.waitFor(500, TimeUnit.MILLISECONDS)) {
            stuck.check(running.toHandle());
            return;
        }
        Duration wait = backoff.next();
        log.warn(
                "the rsync daemon ended and is started again: exit={} said={} retry={}",
                running.exitValue(),
                lastLine,
                wait);
        // What it forked goes on without it and would keep the port's connections.
        killGroup(running.pid(), SIGKILL);
        long end = System.nanoTime() + wait.toNanos();
        restart(end);
    }

    private void restart(long notBefore) throws InterruptedException {
        synchronized (this) {
            long left = notBefore - System.nanoTime();
            while (!closed && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = notBefore - System.nanoTime();
            }
            if (closed) {
                return;
            }
            try {
                launch();
            } catch (IOException e) {
                log.error("the rsync daemon cannot be started, tried again: cause={}", e.getMessage());
                return;
            }
        }
        try {
            awaitReady();
            backoff.reset();
            log.info("rsync daemon ready again: port={}", port);
        } catch (WeirException e) {
            log.error("the rsync daemon does not start, tried again: cause={}", e.getMessage());
        }
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        Process running = process;
        if (running != null) {
            killGroup(running.pid(), SIGTERM);
        }
        supervisor.close();
        // Also one that was launched while this was closing.
        running = process;
        if (running != null) {
            killGroup(running.pid(), SIGKILL);
            running.onExit().join();
        }
    }

    private static void killGroup(long pid, int signal) {
        try {
            Processes.killGroup(pid, signal);
        } catch (IOException gone) {
            log.debug("nothing to end: pid={} signal={} cause={}", pid, signal, gone.getMessage());
        }
    }
}
