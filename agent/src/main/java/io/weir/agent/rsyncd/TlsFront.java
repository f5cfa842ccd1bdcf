package io.weir.agent.rsyncd;

import io.weir.posix.Capability;
import io.weir.posix.Processes;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS in front of the agent's rsync daemon: a stunnel that is kept running as the daemon itself is, and takes a new certificate when
 * one is put into the place of the old. As root it becomes nobody once it listens, where it may; the agent's capabilities are never its.
 */
public final class TlsFront implements Service {
    private static final Logger log = LoggerFactory.getLogger(TlsFront.class);
    private static final int CONNECT_MILLIS = 2_000;
    private static final long ANSWER_SECONDS = 10;

    /** An error that is not of a connection, which has a number there: looking whether it answers makes such errors too. */
    private static final Pattern OF_ITSELF = Pattern.compile("LOG3\\[[a-z]");

    /** Of util-linux, as setsid is: what faces the network has no part in what the agent may beyond its user. */
    private static final List<String> WITHOUT_CAPABILITIES =
            List.of("setpriv", "--inh-caps=-all", "--ambient-caps=-all");

    private final RsyncdSettings settings;
    private final TlsSettings tls;
    private final IntSupplier behind;
    private final RsyncdFiles files;
    private final DaemonProcess stunnel;
    private final FileStamps stamps;
    private final Loop supervisor;
    private volatile int port;

    /**
     * In front of a daemon that is started before.
     *
     * @param behind the daemon's port on loopback
     * @param stateDirectory where the configuration is kept
     */
    public TlsFront(
            RsyncdSettings settings,
            TlsSettings tls,
            IntSupplier behind,
            Path stateDirectory,
            Heartbeat heartbeat,
            FaultHandler faults) {
        this.settings = settings;
        this.tls = tls;
        this.behind = behind;
        this.files = RsyncdFiles.in(stateDirectory);
        this.stamps = new FileStamps(tls.files());
        this.stunnel = new DaemonProcess("stunnel of the rsync daemon", files, "stunnel.pid", new Stunnel());
        this.supervisor = new Loop("stunnel-supervisor", this::superviseOnce, heartbeat, faults);
    }

    @Override
    public String name() {
        return "rsyncd-tls";
    }

    /** The port it listens on, known when started. */
    public int port() {
        return port;
    }

    @Override
    public void start() {
        try {
            requireFiles();
            requireProgram();
            stamps.renewed();
            port = Ports.orFree(settings.address(), settings.port());
            stunnel.start();
            log.info("rsync daemon reached over TLS: address={} port={}", settings.address(), port);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "start stunnel in front of the rsync daemon (" + tls.executable() + "): " + e.getMessage()
                            + "; is it installed? Debian: apt-get install stunnel4; rsyncd.tls.executable names another",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "start stunnel: interrupted", e);
        }
        supervisor.start();
    }

    private void requireFiles() {
        for (Path file : tls.files()) {
            requireReadable(file);
        }
        try {
            Set<PosixFilePermission> key = Files.getPosixFilePermissions(tls.key());
            if (key.contains(PosixFilePermission.OTHERS_READ) || key.contains(PosixFilePermission.OTHERS_WRITE)) {
                throw refused("everybody may read the key " + tls.key() + "; chmod 600 it");
            }
            StunnelConfig.write(tls, settings.address(), 1, 1, false);
        } catch (IOException e) {
            throw unavailable("the key " + tls.key() + " cannot be looked at: " + e.getMessage(), e);
        } catch (IllegalArgumentException e) {
            throw refused(String.valueOf(e.getMessage()));
        }
    }

    /** What starts it only says that it could not. */
    private void requireProgram() throws IOException, InterruptedException {
        Process asked = new ProcessBuilder(tls.executable(), "-version")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        asked.getOutputStream().close();
        if (!asked.waitFor(ANSWER_SECONDS, TimeUnit.SECONDS)) {
            asked.destroyForcibly();
        }
    }

    /** By stunnel, which has the agent's user and group only: that is what access(2) tells of a user who is not root. */
    private static void requireReadable(Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            in.read();
        } catch (IOException e) {
            throw unavailable("the file " + file + " is not there, or may not be read; put it there (PEM)", e);
        }
        if (!Files.isReadable(file)) {
            throw unavailable(
                    "stunnel runs without the agent's capabilities and may not read " + file
                            + "; give it to the agent's group: chgrp, and chmod 640",
                    null);
        }
    }

    private static WeirException unavailable(String why, @Nullable Throwable cause) {
        return new WeirException(ExitCode.UNAVAILABLE, "rsyncd.tls: " + why, cause);
    }

    private static WeirException refused(String why) {
        return new WeirException(ExitCode.SETTINGS, "rsyncd.tls: " + why);
    }

    /** What {@link DaemonProcess} runs. */
    private final class Stunnel implements DaemonProcess.Recipe {
        @Override
        public void prepare() throws IOException {
            files.create();
            byte[] config = StunnelConfig.write(tls, settings.address(), port, behind.getAsInt(), dropsRoot());
            files.write(files.stunnelConfig(), config);
            try {
                Ports.take(settings.address(), port);
            } catch (IOException e) {
                // Another program that answers there would be taken for ours.
                throw new WeirException(
                        ExitCode.UNAVAILABLE, "start stunnel on " + place() + ": " + e.getMessage() + "; " + hint(), e);
            }
        }

        @Override
        public List<String> command() {
            List<String> command = new ArrayList<>();
            if (Processes.effectiveUid() != 0 && Capability.isAnyEffective()) {
                command.addAll(WITHOUT_CAPABILITIES);
            }
            command.addAll(List.of(tls.executable(), files.stunnelConfig().toString()));
            return command;
        }

        @Override
        public boolean answers() {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(settings.address(), port), CONNECT_MILLIS);
                return true;
            } catch (IOException notYet) {
                return false;
            }
        }

        @Override
        public boolean isTelling(String line) {
            boolean isLast = line.contains("onfiguration failed") || line.contains("Failed to init");
            return OF_ITSELF.matcher(line).find() || (line.contains("[!]") && !isLast);
        }

        @Override
        public String place() {
            return settings.address() + " port " + port;
        }

        @Override
        public String hint() {
            return "rsyncd.tls.certificate and .key must be a PEM certificate and its key without a passphrase;"
                    + " if the port is taken, set rsyncd.port to another one";
        }
    }

    /** Whether it can become nobody, and still be ended when it is. */
    private static boolean dropsRoot() {
        return Processes.effectiveUid() == 0
                && Capability.SETGID.isEffective()
                && Capability.SETUID.isEffective()
                && Capability.KILL.isEffective();
    }

    private void superviseOnce() throws InterruptedException {
        if (stunnel.watch().isPresent() && stamps.haveChanged()) {
            log.info("certificate, key or authorities have changed: stunnel is started again with what is there now");
            stamps.renewed();
            stunnel.renew();
        }
    }

    @Override
    public void close() {
        stunnel.end();
        supervisor.close();
        // Also one that was launched while this was closing.
        stunnel.close();
    }
}
