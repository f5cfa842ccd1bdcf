package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyStore;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManagerFactory;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A site without a Kafka of its own: what it takes to set it up, who is let in, and what a kill of its server costs. */
class SmallSiteIT {
    @TempDir
    Path folder;

    @Test
    @Tag("extended")
    void hostsReplicateWithTheirBundlesAndNobodyElseIsLetIn() throws Exception {
        try (SmallSite site = SmallSite.setUp(folder)) {
            // Before the first start of the server, and while it runs.
            Path early = site.enroll("operator", "early", "");
            WeirProcess server = site.startServer();
            int rsync = site.startAgent("files1", "data");
            for (String replica : List.of("backup1", "backup2")) {
                site.startApplier(replica, site.taking(replica, "data", rsync, ""));
            }
            site.processes().forEach(WeirProcess::awaitRunning);
            Path operator = site.enroll("operator", "ann", "");
            Files.writeString(site.source("data").resolve("file"), "content");
            awaitEqual(site);
            await("status")
                    .atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(site.weir("status", "--config", operator.toString()))
                            .contains("agent/data", "applier/backup1/data", "applier/backup2/data", "aggregator/"));
            site.weir("status", "--config", early.toString());
            await("the web page")
                    .atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(site.page()).contains("agent/data", "applier/backup2/data"));
            assertThat(site.weir(
                            "doctor",
                            "--config",
                            folder.resolve("agent-files1/agent.yaml").toString()))
                    .contains("lets this user in");

            secretsAreTheirOwnersOnly(site);
            nobodyElseIsLetIn(site, operator);
            rightsAreThoseOfTheRole(folder.resolve("applier-backup1/applier.yaml"));

            server.kill();
            Files.writeString(site.source("data").resolve("while the server was away"), "content");
            server.restart();
            server.awaitRunning();
            Files.writeString(site.source("data").resolve("after it"), "content");
            awaitEqual(site);

            BigInteger before = certificate(site).getSerialNumber();
            assertThat(site.weir("server", "renew")).contains("in force now");
            await("the new certificate")
                    .atMost(EventuallyEqual.DEADLINE)
                    .until(() -> !certificate(site).getSerialNumber().equals(before));
            site.weir("status", "--config", operator.toString());
            assertThat(site.weir("server", "remove", "operator", "ann")).contains("in force now");
            isRefused(site, operator);
            // What a removal leaves that took the files away and could not tell Kafka.
            Files.move(site.directory().resolve("clients/operator-early"), folder.resolve("gone"));
            site.weir("status", "--config", early.toString());
            assertThat(site.weir(ExitCode.USAGE, "server", "remove", "operator", "early"))
                    .contains("nobody of that name");
            isRefused(site, early);
            manyAreEnrolledAtOnce(site);
        }
    }

    private static void isRefused(SmallSite site, Path operator) {
        assertThat(site.weir(ExitCode.UNAVAILABLE, "status", "--config", operator.toString()))
                .contains("Kafka does not let this user in");
    }

    private static void manyAreEnrolledAtOnce(SmallSite site) throws Exception {
        List<String> names = List.of("bob", "carol", "dave", "eve");
        ExecutorService pool = Executors.newFixedThreadPool(names.size());
        try {
            List<Future<Path>> all = new ArrayList<>();
            for (String name : names) {
                all.add(pool.submit(() -> site.enroll("operator", name, "")));
            }
            for (Future<Path> each : all) {
                each.get();
            }
            for (Future<Path> each : all) {
                ask(site.servers(), read(each.get()).common());
            }
        } finally {
            pool.shutdown();
        }
    }

    private static void awaitEqual(SmallSite site) {
        EventuallyEqual.await(
                site.source("data"),
                List.of(site.replica("backup1", "data"), site.replica("backup2", "data")),
                path -> false,
                site.processes());
    }

    private static void secretsAreTheirOwnersOnly(SmallSite site) throws IOException {
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(site.directory())))
                .isEqualTo("rwx------");
        try (Stream<Path> all = Files.walk(site.directory())) {
            List<Path> open = all.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().matches(".*password|.*p12|server.pem|weir.yaml"))
                    .filter(file -> !mode(file).equals("rw-------"))
                    .toList();
            assertThat(open).as("secrets that others may read").isEmpty();
        }
    }

    /** What the server proves itself with. */
    private static X509Certificate certificate(SmallSite site) throws Exception {
        try (SSLSocket socket = connect(site)) {
            return (X509Certificate) socket.getSession().getPeerCertificates()[0];
        }
    }

    /** Connects as who trusts the authority of the site only. */
    private static SSLSocket connect(SmallSite site) throws Exception {
        KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
        trusted.load(null, null);
        try (InputStream in = Files.newInputStream(site.directory().resolve("weir-ca.pem"))) {
            trusted.setCertificateEntry(
                    "authority", CertificateFactory.getInstance("X.509").generateCertificate(in));
        }
        TrustManagerFactory trust = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        trust.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, trust.getTrustManagers(), null);
        String[] server = site.servers().split(":", 2);
        return (SSLSocket) context.getSocketFactory().createSocket(server[0], Integer.parseInt(server[1]));
    }

    private static String mode(Path file) {
        try {
            return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static void nobodyElseIsLetIn(SmallSite site, Path operator) throws Exception {
        Map<String, String> right = read(operator).common();
        try (Socket socket = connect(site)) {
            isClosedToWhoDoesNotLogIn(socket);
        }
        Map<String, String> wrong = new HashMap<>(right);
        wrong.computeIfPresent("sasl.jaas.config", (key, login) -> login.replaceFirst("password=\".", "password=\"x"));
        assertThatThrownBy(() -> ask(site.servers(), wrong)).hasCauseInstanceOf(SaslAuthenticationException.class);
        Map<String, String> stranger = new HashMap<>(right);
        stranger.remove("ssl.truststore.location");
        stranger.remove("ssl.truststore.type");
        assertThatThrownBy(() -> ask(site.servers(), stranger))
                .as("a server that cannot prove what it is")
                .hasCauseInstanceOf(AuthenticationException.class);

        // On its own machine too.
        KafkaSettings owner = read(site.directory().resolve("weir.yaml"));
        ask(owner.bootstrapServers(), owner.common());
        String[] loopback = owner.bootstrapServers().split(":", 2);
        try (Socket socket = new Socket(loopback[0], Integer.parseInt(loopback[1]))) {
            isClosedToWhoDoesNotLogIn(socket);
        }
    }

    /** Kafka's clients would try again until their time is up, whatever the reason is. */
    private static void isClosedToWhoDoesNotLogIn(Socket socket) throws IOException {
        socket.setSoTimeout((int) EventuallyEqual.DEADLINE.toMillis());
        DataOutputStream out = new DataOutputStream(socket.getOutputStream());
        DataInputStream in = new DataInputStream(socket.getInputStream());
        request(ApiKeys.API_VERSIONS, out);
        in.readNBytes(in.readInt());
        // So it is Kafka, and understands. Now what only who is let in may know:
        request(ApiKeys.METADATA, out);
        assertThat(in.read()).as("the end of the connection").isEqualTo(-1);
    }

    /** Sends a request of version 0 for nothing in particular: https://kafka.apache.org/protocol. */
    private static void request(ApiKeys api, DataOutputStream out) throws IOException {
        int correlation = 7;
        short noClient = -1;
        byte[] topics = api == ApiKeys.METADATA ? new byte[Integer.BYTES] : new byte[0];
        out.writeInt(3 * Short.BYTES + Integer.BYTES + topics.length);
        out.writeShort(api.id);
        out.writeShort(0);
        out.writeInt(correlation);
        out.writeShort(noClient);
        out.write(topics);
        out.flush();
    }

    private static KafkaSettings read(Path settings) {
        return SettingsFile.read(settings, root -> {
            root.ignore("applier");
            return KafkaSettings.read(root);
        });
    }

    /** Asks Kafka something that everyone may know who is let in. */
    private static void ask(String servers, Map<String, String> settings) throws Exception {
        Map<String, Object> all = new HashMap<>(settings);
        all.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, servers);
        all.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) EventuallyEqual.DEADLINE.toMillis());
        try (Admin admin = Admin.create(all)) {
            admin.describeCluster().clusterId().get();
        }
    }

    private static void rightsAreThoseOfTheRole(Path applier) throws Exception {
        KafkaSettings user = read(applier);
        try (KafkaProducer<byte[], byte[]> producer =
                new KafkaProducer<>(user.producer(Map.of()), new ByteArraySerializer(), new ByteArraySerializer())) {
            assertThatThrownBy(() -> producer.send(new ProducerRecord<>("weir.batches", new byte[] {1}))
                            .get())
                    .hasCauseInstanceOf(TopicAuthorizationException.class);
        }
    }
}
