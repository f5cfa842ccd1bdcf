package io.weir.cli.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Main;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Setting a server up, and what it does for those who are let in, before anything runs. */
class SiteTest {
    private final ServerDirectory directory;
    private final Path files;

    SiteTest(@TempDir Path work) {
        files = work.resolve("site");
        directory = new ServerDirectory(files);
    }

    private String weir(ExitCode expected, String... arguments) {
        List<String> all = new ArrayList<>(List.of("server"));
        all.addAll(List.of(arguments));
        all.addAll(List.of("--dir", files.toString()));
        StringWriter said = new StringWriter();
        int exit = Main.run(new PrintWriter(said), new PrintWriter(said), all.toArray(String[]::new));
        assertThat(exit).as("%s", said).isEqualTo(expected.number());
        return said.toString();
    }

    private Map<String, String> read(Path folder) throws IOException {
        Map<String, String> found = new java.util.TreeMap<>();
        try (var all = Files.walk(folder)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(
                        folder.relativize(file).toString(),
                        new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1));
            }
        }
        return found;
    }

    @Test
    void doingItTwiceLosesNothing() throws Exception {
        assertThat(weir(ExitCode.OK, "init", "--host", "server1.example")).contains("set up in " + files);
        assertThat(weir(ExitCode.OK, "enroll", "applier", "backup1")).contains("in force when the server starts");
        Map<String, String> before = read(files);

        assertThat(weir(ExitCode.OK, "init", "--host", "server1.example")).contains("set up before");
        assertThat(weir(ExitCode.OK, "enroll", "applier", "backup1", "--to", "/elsewhere"))
                .contains("enrolled before");
        assertThat(weir(ExitCode.CONFLICT, "init", "--host", "other.example"))
                .contains("there is one for server1.example:9093", "server.yaml");
        assertThat(read(files)).isEqualTo(before);
    }

    @Test
    void bundleIsASettingsFileWithThePasswordAndTheAuthority() throws Exception {
        weir(ExitCode.OK, "init", "--host", "server1.example", "--port", "9094");
        weir(
                ExitCode.OK,
                "enroll",
                "applier",
                "backup1",
                "--to",
                files.resolve("clients/applier-backup1").toString());
        Path bundle = files.resolve("clients/applier-backup1");
        String password =
                Files.readString(bundle.resolve("applier-backup1.password")).strip();

        KafkaSettings kafka = SettingsFile.read(bundle.resolve("applier.yaml"), root -> {
            root.ignore("applier");
            return KafkaSettings.read(root);
        });

        assertThat(password).hasSize(64);
        assertThat(kafka.bootstrapServers()).isEqualTo("server1.example:9094");
        assertThat(kafka.common())
                .containsEntry("security.protocol", "SASL_SSL")
                .hasEntrySatisfying(
                        "sasl.jaas.config",
                        login -> assertThat(login)
                                .contains("username=\"applier-backup1\"", "password=\"" + password + "\";"));
        assertThat(Path.of(kafka.common().get("ssl.truststore.location")))
                .hasSameTextualContentAs(files.resolve("weir-ca.pem"));
        assertThat(Files.readString(bundle.resolve("applier.yaml"))).contains("applier.replica: backup1");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(bundle.resolve("applier-backup1.password"))))
                .isEqualTo("rw-------");
    }

    @Test
    void whoIsRemovedGetsANewPasswordTheNextTime() throws Exception {
        weir(ExitCode.OK, "init", "--host", "192.0.2.7");
        weir(ExitCode.OK, "enroll", "agent", "files1");
        Path password = files.resolve("clients/agent-files1/agent-files1.password");
        String old = Files.readString(password);

        assertThat(weir(ExitCode.USAGE, "remove", "agent", "files2")).contains("nobody of that name", "agent-files1");
        assertThat(weir(ExitCode.OK, "remove", "agent", "files1")).contains("in force when the server starts");
        assertThat(new Clients(directory).all()).isEmpty();
        weir(ExitCode.OK, "enroll", "agent", "files1");

        assertThat(Files.readString(password)).isNotEqualTo(old);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "enroll applier ../x        | USAGE    | must be letters",
                "enroll applier -x          | USAGE    | NAME",
                "enroll king x              | USAGE    | king",
                "enroll applier x --to etc  | USAGE    | absolute path",
                "enroll applier x           | SETTINGS | weir server init",
                "renew                      | SETTINGS | weir server init",
                "remove applier x           | SETTINGS | weir server init",
                "init --host a_b            | SETTINGS | must be a host name",
                "init --host x --port 0     | SETTINGS | must be a port",
                "init                       | USAGE    | --host"
            })
    void whatIsWrongIsToldAndLeavesNoTrace(String command, ExitCode exit, String told) {
        assertThat(weir(exit, command.strip().split(" +"))).contains(told);
        assertThat(files.resolve("clients")).doesNotExist();
        assertThat(files.resolve("server.yaml")).doesNotExist();
    }

    @Test
    void serverThatWasNotSetUpSaysHow() {
        assertThat(weir(ExitCode.SETTINGS)).contains("server init --dir " + files + " --host NAME");
    }

    @Test
    void certificateIsMadeAnewInTimeByTheSameAuthority() throws Exception {
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Authority authority = new Authority(directory);
        X509Certificate first = authority.certificate();
        Instant end = first.getNotAfter().toInstant();

        assertThat(authority.renewIfDue(
                        "server1.example", end.minus(Authority.RENEWED_BEFORE.plus(Duration.ofDays(1)))))
                .isFalse();
        assertThat(authority.certificate()).isEqualTo(first);
        assertThat(authority.renewIfDue("server1.example", end.minus(Duration.ofDays(3))))
                .isTrue();
        X509Certificate second = authority.certificate();
        assertThat(authority.renewIfDue("192.0.2.7", Instant.now()))
                .as("another address")
                .isTrue();

        assertThat(second.getSerialNumber()).isNotEqualTo(first.getSerialNumber());
        assertThat(authority
                        .certificate()
                        .getSubjectAlternativeNames()
                        .iterator()
                        .next()
                        .get(1))
                .isEqualTo("192.0.2.7");
        authority.certificate().verify(authorityCertificate().getPublicKey());
        second.verify(authorityCertificate().getPublicKey());
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(files.resolve("server.pem"))))
                .isEqualTo("rw-------");
    }

    private X509Certificate authorityCertificate() throws Exception {
        try (var in = Files.newInputStream(files.resolve("weir-ca.pem"))) {
            return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(in);
        }
    }

    @Test
    void authorityWithoutItsKeyAsksForIt() throws Exception {
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Files.delete(files.resolve("authority.p12"));

        assertThat(weir(ExitCode.UNAVAILABLE, "renew")).contains("authority.p12", "backup");
    }
}
