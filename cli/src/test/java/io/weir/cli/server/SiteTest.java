package io.weir.cli.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.cli.Main;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
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
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
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
        assertThat(weir(ExitCode.OK, "enroll", "applier", "backup1")).contains("enrolled before");
        assertThat(weir(ExitCode.CONFLICT, "enroll", "applier", "backup1", "--to", "/elsewhere"))
                .contains("for another directory", "weir server remove applier backup1");
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
        assertThat(mode(bundle.resolve("applier-backup1.password"))).isEqualTo("rw-------");
        assertThat(mode(bundle.resolve("applier.yaml"))).isEqualTo("rw-r--r--");
        assertThat(mode(bundle.resolve("weir-ca.pem"))).isEqualTo("rw-r--r--");
        assertThat(mode(files.resolve("clients"))).isEqualTo("rwx------");
    }

    @Test
    void whoIsRemovedGetsANewPasswordTheNextTime() throws Exception {
        weir(ExitCode.OK, "init", "--host", "192.0.2.7");
        weir(ExitCode.OK, "enroll", "agent", "files1");
        Path password = files.resolve("clients/agent-files1/agent-files1.password");
        String old = Files.readString(password);

        assertThat(weir(ExitCode.USAGE, "remove", "agent", "files2")).contains("nobody of that name", "agent-files1");
        assertThat(weir(ExitCode.OK, "remove", "agent", "files1")).contains("in force when the server starts");
        assertThat(weir(ExitCode.USAGE, "remove", "agent", "files1")).contains("nobody of that name");
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
        assertThat(mode(files.resolve("server.pem"))).isEqualTo("rw-------");
        assertThat(mode(files.resolve("authority.p12"))).isEqualTo("rw-------");
    }

    private static String mode(Path file) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
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
        // Not another authority under the certificate of the first.
        assertThat(weir(ExitCode.UNAVAILABLE, "init", "--host", "server1.example"))
                .contains("authority.p12", "backup");
        assertThat(files.resolve("authority.p12")).doesNotExist();
    }

    @Test
    void serverStartsWithACertificateThatHoldsThoughItCannotBeMadeAnew() {
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Authority authority = new Authority(directory);
        X509Certificate certificate = authority.certificate();
        Instant end = certificate.getNotAfter().toInstant();
        assertThat(files.resolve("authority.p12").toFile().delete()).isTrue();

        authority.prepare("server1.example", end.minus(Duration.ofDays(3)));

        assertThat(authority.certificate()).isEqualTo(certificate);
        assertThatThrownBy(() -> authority.prepare("server1.example", end.plusSeconds(1)))
                .as("expired")
                .hasMessageContaining("authority.p12");
        assertThatThrownBy(() -> authority.prepare("server2.example", Instant.now()))
                .as("another host")
                .hasMessageContaining("authority.p12");
    }

    @Test
    void certificateOfAnAddressIsForEachFormOfIt() {
        weir(ExitCode.OK, "init", "--host", "2001:db8::1");
        Authority authority = new Authority(directory);
        X509Certificate first = authority.certificate();

        assertThat(authority.renewIfDue("2001:db8::1", Instant.now())).isFalse();
        assertThat(authority.renewIfDue("2001:DB8:0:0::1", Instant.now())).isFalse();
        assertThat(authority.certificate()).isEqualTo(first);
        assertThat(authority.renewIfDue("2001:db8::2", Instant.now()))
                .as("another address")
                .isTrue();
    }

    @Test
    void brokerIsToldOfACertificateUntilItHasTakenIt() {
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Authority authority = new Authority(directory);
        List<X509Certificate> told = new ArrayList<>();
        CertificateWatch watch = new CertificateWatch(authority, "server1.example", authority.certificate(), () -> {
            told.add(authority.certificate());
            if (told.size() == 1) {
                throw new WeirException(ExitCode.UNAVAILABLE, "the broker is away");
            }
        });

        watch.look(Instant.now());
        assertThat(told).as("it has that one").isEmpty();
        // As another process does.
        authority.renew("server1.example");
        X509Certificate second = authority.certificate();
        for (int i = 0; i < 3; i++) {
            watch.look(Instant.now());
        }
        assertThat(told).as("until it was taken").containsExactly(second, second);

        watch.look(second.getNotAfter().toInstant().minus(Duration.ofDays(3)));
        assertThat(authority.certificate()).isNotEqualTo(second);
        assertThat(told).hasSize(3).last().isEqualTo(authority.certificate());
    }

    @ParameterizedTest
    @CsvSource({"rwxr-xr-x", "rwx--x---"})
    void directoryThatOthersMayLookIntoIsRefused(String mode) throws Exception {
        Files.createDirectory(files);
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString(mode));

        assertThat(weir(ExitCode.CONFLICT, "init", "--host", "server1.example"))
                .contains("others may look into it (" + mode + ")", "chmod 700 " + files);
        assertThat(files).isEmptyDirectory();

        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString("rwx------"));
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Files.setPosixFilePermissions(files, PosixFilePermissions.fromString(mode));
        assertThat(weir(ExitCode.CONFLICT)).as("a start").contains("chmod 700");
    }

    @Test
    void oneChangesTheSiteAtATime() throws Exception {
        weir(ExitCode.OK, "init", "--host", "server1.example");
        Path number = Files.writeString(files.resolve("number"), "0");
        int threads = 4;
        int times = 25;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int i = 0; i < threads * times; i++) {
                all.add(pool.submit(() -> directory.alone(() -> addOne(number))));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            pool.shutdown();
        }

        assertThat(number).hasContent(String.valueOf(threads * times));
    }

    private static Path addOne(Path number) {
        try {
            return Files.writeString(number, String.valueOf(Integer.parseInt(Files.readString(number)) + 1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
