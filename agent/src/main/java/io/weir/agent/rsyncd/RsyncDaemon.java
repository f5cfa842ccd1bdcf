package io.weir.agent.rsyncd;

import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Capability;
import io.weir.posix.Processes;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import io.weir.service.RsyncProgram;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
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

    private static final int CONNECT_MILLIS = 2_000;
    private static final String LOOPBACK = "127.0.0.1";

    /** PROXY protocol, version 1: what comes from nowhere in particular. */
    private static final String FROM_HERE = "PROXY TCP4 127.0.0.1 127.0.0.1 1 1\r\n";

    private final RsyncdSettings settings;
    private volatile List<SourceRoot> sources;
    private final RsyncdFiles files;
    private final DaemonProcess daemon;
    private final StuckSenders stuck = new StuckSenders(SENDER_PATIENCE, System::nanoTime);
    private final Loop supervisor;
    private volatile int port;

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
        this.files = RsyncdFiles.in(stateDirectory);
        this.daemon = new DaemonProcess("rsync daemon", files, "rsyncd.pid", new Rsyncd());
        this.supervisor = new Loop("rsyncd-supervisor", this::superviseOnce, heartbeat, faults);
    }

    @Override
    public String name() {
        return "rsyncd";
    }

    /**
     * Serves these sources from now on: a daemon reads its configuration again for every connection. To be called while it runs.
     *
     * @throws WeirException when the configuration cannot be written
     */
    public void serve(List<SourceRoot> now) {
        sources = List.copyOf(now);
        try {
            writeConfig();
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "write the configuration of the rsync daemon " + files.config() + ": " + e
                            + "; make the state directory writable and free some space",
                    e);
        }
    }

    private void writeConfig() throws IOException {
        Path secrets = settings.secretsFile().orElse(files.secrets());
        RsyncdConfig.Endpoint at = new RsyncdConfig.Endpoint(address(), port, isBehindTls());
        files.write(files.config(), RsyncdConfig.write(settings, secrets, files.lock(), at, shutIn(), sources));
    }

    /** The port it listens on, known when started; with TLS that is one behind {@link TlsFront}. */
    public int port() {
        return port;
    }

    /** The URL of a source's module without TLS, known when started. */
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
            if (isBehindTls() && !program.proxyProtocol()) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "start the rsync daemon behind TLS: rsync " + program.version()
                                + " does not learn from whom a connection is; 3.2.0 or later is needed");
            }
            files.create();
            if (settings.secretsFile().isEmpty()) {
                files.writeSecret(settings.user());
            }
            port = Ports.orFree(address(), isBehindTls() ? 0 : settings.port());
            daemon.start();
            log.info(
                    "rsync daemon ready: version={} address={} port={} modules={}",
                    program.version(),
                    address(),
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

    private boolean isBehindTls() {
        return settings.tls().isPresent();
    }

    private String address() {
        return isBehindTls() ? LOOPBACK : settings.address();
    }

    private void requireSafeAddress() {
        RsyncdSecrets.troubleWithout(settings.secretsFile(), settings.address()).ifPresent(why -> {
            throw new WeirException(ExitCode.SETTINGS, "rsyncd.address " + why);
        });
    }

    /** What {@link DaemonProcess} runs. */
    private final class Rsyncd implements DaemonProcess.Recipe {
        @Override
        public void prepare() throws IOException {
            writeConfig();
        }

        @Override
        public List<String> command() {
            return List.of(settings.executable(), "--daemon", "--no-detach", "--config=" + files.config());
        }

        @Override
        public boolean answers() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(address(), port), CONNECT_MILLIS);
                socket.setSoTimeout(CONNECT_MILLIS);
                if (isBehindTls()) {
                    socket.getOutputStream().write(FROM_HERE.getBytes(StandardCharsets.US_ASCII));
                }
                byte[] greeting = socket.getInputStream().readNBytes(8);
                return new String(greeting, StandardCharsets.US_ASCII).equals("@RSYNCD:");
            } catch (IOException notYet) {
                return false;
            }
        }

        @Override
        public boolean isTelling(String line) {
            return true;
        }

        @Override
        public String place() {
            return address() + " port " + port;
        }

        @Override
        public String hint() {
            return "if the port is taken, set rsyncd.port to another one or to 0";
        }
    }

    private static RsyncdConfig.ShutIn shutIn() {
        if (!Capability.SYS_CHROOT.isEffective()) {
            return RsyncdConfig.ShutIn.NO;
        }
        return Processes.effectiveUid() == 0 ? RsyncdConfig.ShutIn.AS_ROOT : RsyncdConfig.ShutIn.AS_STARTED;
    }

    private void superviseOnce() throws InterruptedException {
        daemon.watch().ifPresent(running -> stuck.check(running.descendants()));
    }

    @Override
    public void close() {
        daemon.end();
        supervisor.close();
        // Also one that was launched while this was closing.
        daemon.close();
    }
}
