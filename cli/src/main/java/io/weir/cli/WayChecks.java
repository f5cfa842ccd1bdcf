package io.weir.cli;

import io.weir.agent.rsyncd.RsyncdSecrets;
import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.TlsSettings;
import io.weir.applier.rsync.RsyncAddress;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.SecretFile;
import io.weir.applier.rsync.Way;
import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import io.weir.posix.Processes;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** Looks at what ssh and TLS between applier and agent need on this machine: programs, keys, certificates. Changes nothing. */
final class WayChecks {
    private static final Duration SOON = Duration.ofDays(14);
    private static final Set<PosixFilePermission> GROUP =
            Set.of(PosixFilePermission.GROUP_READ, PosixFilePermission.GROUP_WRITE);
    private static final Set<PosixFilePermission> OTHERS =
            Set.of(PosixFilePermission.OTHERS_READ, PosixFilePermission.OTHERS_WRITE);

    private final Clock clock;

    /** Judges certificates by a clock. */
    WayChecks(Clock clock) {
        this.clock = clock;
    }

    /** What an applier needs to reach a source. */
    List<Finding> applier(String source, RsyncEndpoint endpoint) {
        String subject = "way to source " + source;
        List<Finding> bad = new ArrayList<>();
        SecretFile.trouble(endpoint)
                .ifPresent(trouble -> bad.add(new Finding(Level.FAIL, subject, "secrets.file " + trouble)));
        String module = endpoint.address().path().replaceFirst("/.*", "");
        if (!module.equals(source)) {
            bad.add(new Finding(
                    Level.WARN,
                    subject,
                    "pulls from module '" + module + "': an agent's own daemon calls it as the source. Where no agent"
                            + " serves a source '" + source + "' it is filled once and never followed"));
        }
        Way way = endpoint.way();
        if (way instanceof Way.Ssh ssh) {
            program(bad, subject, "openssh-client", "ssh", "-V");
            key(bad, subject, ssh.identity());
            notForItsGroup(bad, subject, ssh.identity());
            knownHost(bad, subject, endpoint.address(), ssh.knownHosts());
        } else if (way instanceof Way.Tls tls) {
            program(bad, subject, "openssl", "openssl", "version");
            certificates(bad, subject, tls.ca());
            tls.client().ifPresent(own -> {
                certificates(bad, subject, own.certificate());
                key(bad, subject, own.key());
            });
        } else {
            return bad;
        }
        return orFine(bad, subject, endpoint.url() + ", keys as they should be");
    }

    /** What an agent needs to be reached. */
    List<Finding> agent(RsyncdSettings settings) {
        List<Finding> all = new ArrayList<>();
        if (settings.enabled()) {
            settings.secretsFile()
                    .flatMap(file -> RsyncdSecrets.trouble(file, settings.user()))
                    .ifPresent(trouble -> all.add(new Finding(Level.FAIL, "rsyncd.secrets-file", trouble)));
        }
        settings.tls().ifPresent(tls -> all.addAll(tls(tls)));
        return all;
    }

    private List<Finding> tls(TlsSettings tls) {
        String subject = "rsyncd.tls";
        List<Finding> bad = new ArrayList<>();
        program(bad, subject, "stunnel4", tls.executable(), "-version");
        certificates(bad, subject, tls.certificate());
        key(bad, subject, tls.key());
        tls.ca().ifPresent(ca -> certificates(bad, subject, ca));
        return orFine(bad, subject, tls.certificate() + ", as it should be");
    }

    private static List<Finding> orFine(List<Finding> bad, String subject, String fine) {
        return bad.isEmpty() ? List.of(new Finding(Level.OK, subject, fine)) : bad;
    }

    private static void program(List<Finding> bad, String subject, String debianPackage, String... command) {
        try {
            run(command);
        } catch (IOException e) {
            bad.add(new Finding(
                    Level.FAIL,
                    subject,
                    "'" + command[0] + "' cannot be started: install the package '" + debianPackage + "'"));
        }
    }

    private static int run(String... command) throws IOException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            process.getOutputStream().close();
            return process.waitFor(10, TimeUnit.SECONDS) ? process.exitValue() : -1;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return -1;
        } finally {
            process.destroyForcibly();
        }
    }

    private static void key(List<Finding> bad, String subject, Path key) {
        if (!isReadable(bad, subject, key)) {
            return;
        }
        try {
            if (has(key, OTHERS)) {
                bad.add(new Finding(
                        Level.FAIL, subject, "everybody may read the key " + key + ": chmod o= " + Shell.word(key)));
            }
        } catch (IOException e) {
            bad.add(new Finding(Level.FAIL, subject, "the key " + key + " cannot be looked at: " + e));
        }
    }

    private static boolean has(Path file, Set<PosixFilePermission> any) throws IOException {
        return Files.getPosixFilePermissions(file).stream().anyMatch(any::contains);
    }

    /** ssh refuses a key of its caller's that anybody else may read; a service may be given root's by its group. */
    private static void notForItsGroup(List<Finding> bad, String subject, Path key) {
        try {
            long owner = Integer.toUnsignedLong((Integer) Files.getAttribute(key, "unix:uid"));
            if (owner == Processes.effectiveUid() && has(key, GROUP)) {
                bad.add(new Finding(
                        owner == 0 ? Level.WARN : Level.FAIL,
                        subject,
                        "ssh does not take the key " + key + " from its owner while its group may read it: chmod 600 "
                                + Shell.word(key) + ", unless the applier runs as another user"));
            }
        } catch (NoSuchFileException e) {
            // Said before.
        } catch (IOException e) {
            bad.add(new Finding(Level.FAIL, subject, "the key " + key + " cannot be looked at: " + e));
        }
    }

    /** By opening it: access(2) knows nothing of capabilities. */
    private static boolean isReadable(List<Finding> bad, String subject, Path file) {
        try (InputStream in = Files.newInputStream(file)) {
            in.read();
            return true;
        } catch (IOException e) {
            bad.add(new Finding(Level.FAIL, subject, file + " is not there, or may not be read: put it there"));
            return false;
        }
    }

    /** As ssh looks a host up: hashed names too. */
    private static void knownHost(List<Finding> bad, String subject, RsyncAddress address, Path file) {
        if (!isReadable(bad, subject, file)) {
            return;
        }
        String host = address.knownHost();
        try {
            if (run("ssh-keygen", "-F", host, "-f", file.toString()) != 0) {
                bad.add(new Finding(
                        Level.FAIL, subject, file + " has no key of " + host + ": add the file server's host key"));
            }
        } catch (IOException e) {
            bad.add(new Finding(Level.WARN, subject, file + " was not looked at, as ssh-keygen cannot be started"));
        }
    }

    private void certificates(List<Finding> bad, String subject, Path file) {
        if (!isReadable(bad, subject, file)) {
            return;
        }
        Collection<? extends Certificate> all;
        try (InputStream in = Files.newInputStream(file)) {
            all = CertificateFactory.getInstance("X.509").generateCertificates(in);
        } catch (IOException | CertificateException e) {
            bad.add(new Finding(Level.FAIL, subject, file + " holds no certificates (PEM): " + e.getMessage()));
            return;
        }
        if (all.isEmpty()) {
            bad.add(new Finding(Level.FAIL, subject, file + " holds no certificate (PEM)"));
        }
        Instant now = clock.instant();
        for (Certificate each : all) {
            if (each instanceof X509Certificate certificate) {
                Instant end = certificate.getNotAfter().toInstant();
                String name = "'" + certificate.getSubjectX500Principal() + "' in " + file;
                if (end.isBefore(now)) {
                    bad.add(new Finding(Level.FAIL, subject, "the certificate " + name + " has expired: renew it"));
                } else if (end.isBefore(now.plus(SOON))) {
                    bad.add(new Finding(
                            Level.WARN,
                            subject,
                            "the certificate " + name + " expires " + end.truncatedTo(ChronoUnit.MINUTES)
                                    + ": renew it"));
                } else if (certificate.getNotBefore().toInstant().isAfter(now)) {
                    bad.add(new Finding(
                            Level.FAIL, subject, "the certificate " + name + " is not valid yet: is the clock right?"));
                }
            }
        }
    }
}
