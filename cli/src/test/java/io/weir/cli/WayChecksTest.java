package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.TlsSettings;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.Way;
import io.weir.cli.Doctor.Finding;
import io.weir.cli.Doctor.Level;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WayChecksTest {
    private static final String HOST_KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPwq2ZBbtjUqRGhW1u0JzMbSxJmUEr4sgYL8l3yCzZvB";

    private final Path folder;

    WayChecksTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private Path file(String name, String text, String permissions) throws IOException {
        Path file = Files.writeString(folder.resolve(name), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }

    private static List<Finding> check(RsyncEndpoint endpoint) {
        return new WayChecks(Clock.systemUTC()).applier("data", endpoint);
    }

    @Test
    void sshNeedsAKeyOfItsOwnAndAHostThatIsKnown() throws IOException {
        assumeTrue(Files.isExecutable(Path.of("/usr/bin/ssh-keygen")), "skipped: no ssh");
        Path key = file("key", "secret", "rw-------");
        Path hosts = file("hosts", "[files]:2222 " + HOST_KEY + "\n", "rw-r--r--");
        Way way = new Way.Ssh(key, hosts);

        assertThat(check(RsyncEndpoint.of("rsync+ssh://u@files:2222/data/", null, way)))
                .singleElement()
                .matches(finding -> finding.level() == Level.OK);
        assertThat(check(RsyncEndpoint.of("rsync+ssh://u@files/data/", null, way)))
                .singleElement()
                .matches(finding ->
                        finding.level() == Level.FAIL && finding.text().contains("no key of files"));
        file("key", "secret", "rw-r-----");
        assertThat(check(RsyncEndpoint.of("rsync+ssh://u@files:2222/data/", null, way)))
                .singleElement()
                .matches(
                        finding -> finding.level() != Level.OK && finding.text().contains("chmod 600"));
        file("key", "secret", "rw----r--");
        assertThat(check(RsyncEndpoint.of("rsync+ssh://u@files:2222/data/", null, way)))
                .singleElement()
                .matches(finding ->
                        finding.level() == Level.FAIL && finding.text().contains("everybody may read"));
        assertThat(check(RsyncEndpoint.of(
                        "rsync+ssh://u@files/data/",
                        null,
                        new Way.Ssh(folder.resolve("none"), folder.resolve("none")))))
                .hasSize(2)
                .allMatch(finding -> finding.text().contains("is not there"));
        assertThat(check(new RsyncEndpoint("rsync://files/data/"))).isEmpty();
        assertThat(check(new RsyncEndpoint("rsync://files/other/below/")))
                .singleElement()
                .matches(finding ->
                        finding.level() == Level.WARN && finding.text().contains("module 'other'"));
    }

    @Test
    void certificatesAreJudgedByTheClock() throws Exception {
        Path key = folder.resolve("key.pem");
        Path certificate = folder.resolve("c.pem");
        Process openssl = new ProcessBuilder(
                        "openssl",
                        "req",
                        "-x509",
                        "-newkey",
                        "ec",
                        "-pkeyopt",
                        "ec_paramgen_curve:prime256v1",
                        "-nodes",
                        "-keyout",
                        key.toString(),
                        "-out",
                        certificate.toString(),
                        "-days",
                        "30",
                        "-subj",
                        "/CN=x")
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertThat(openssl.waitFor()).isZero();
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));

        assertThat(served(certificate, key, 0)).isEqualTo("OK");
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(served(certificate, key, 0)).as("for the service's group").isEqualTo("OK");
        assertThat(served(certificate, key, 20)).startsWith("WARN").contains("expires");
        assertThat(served(certificate, key, 40)).startsWith("FAIL").contains("has expired");
        assertThat(served(certificate, key, -2)).startsWith("FAIL").contains("not valid yet");
        assertThat(served(key, key, 0)).startsWith("FAIL").contains("no certificate");
        assertThat(served(folder.resolve("none"), key, 0)).startsWith("FAIL").contains("is not there");
        assertThat(new WayChecks(Clock.systemUTC())
                        .applier(
                                "data",
                                RsyncEndpoint.of(
                                        "rsyncs://files/data/", null, new Way.Tls(certificate, Optional.empty()))))
                .singleElement()
                .matches(finding -> finding.level() == Level.OK);
    }

    /** Days from now on; openssl stands in for stunnel, which need not be there. */
    private static String served(Path certificate, Path key, int days) {
        RsyncdSettings settings =
                RsyncdSettings.loopback().with(new TlsSettings("openssl", certificate, key, Optional.empty()));
        List<Finding> findings = new WayChecks(Clock.offset(Clock.systemUTC(), Duration.ofDays(days))).agent(settings);
        assertThat(findings).hasSize(1);
        Finding only = findings.get(0);
        return only.level() == Level.OK ? "OK" : only.level() + " " + only.text();
    }

    @Test
    void aMissingStunnelNamesItsPackage() {
        RsyncdSettings settings = RsyncdSettings.loopback()
                .with(new TlsSettings("/no/such/stunnel", Path.of("/c"), Path.of("/k"), Optional.empty()));

        assertThat(new WayChecks(Clock.systemUTC()).agent(settings))
                .anyMatch(finding -> finding.text().contains("install the package 'stunnel4'"));
    }
}
