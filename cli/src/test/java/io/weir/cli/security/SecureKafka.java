package io.weir.cli.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.Rights.Right;
import io.weir.schemas.Topics;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import kafka.server.KafkaConfig;
import kafka.server.KafkaRaftServer;
import kafka.tools.StorageTool;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.ScramCredentialInfo;
import org.apache.kafka.clients.admin.ScramMechanism;
import org.apache.kafka.clients.admin.UserScramCredentialUpsertion;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.TopicPartitionInfo;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclBindingFilter;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.utils.Time;

/** A real broker with TLS, SCRAM and an authorizer that refuses what nobody has allowed. Its owner comes in by a door of its own. */
final class SecureKafka implements AutoCloseable {
    private static final String PASSWORD = "changeit-in-tests";
    private static final int ITERATIONS = 4096;
    private static final int ATTEMPTS = 5;

    private final Path directory;
    private final int port;
    private final KafkaRaftServer server;
    private final String ownerServers;
    private final Admin owner;

    private SecureKafka(Path directory, int port, KafkaRaftServer server, String ownerServers) {
        this.directory = directory;
        this.port = port;
        this.server = server;
        this.ownerServers = ownerServers;
        this.owner = Admin.create(Map.of("bootstrap.servers", ownerServers));
    }

    static SecureKafka start(Path directory) throws Exception {
        List<String> store = List.of("-keystore", "broker.p12", "-storepass", PASSWORD);
        String subject = "-dname CN=127.0.0.1 -ext san=ip:127.0.0.1 -validity 2";
        keytool(directory, "-genkeypair -alias broker -keyalg EC " + subject, store);
        keytool(directory, "-exportcert -rfc -alias broker -file broker.pem", store);
        for (int attempt = 1; ; attempt++) {
            try {
                return start(directory, directory.resolve("log" + attempt));
            } catch (RuntimeException e) {
                // A port that was free may be another process's by the time it is bound.
                if (attempt == ATTEMPTS) {
                    throw e;
                }
            }
        }
    }

    private static SecureKafka start(Path directory, Path log) throws IOException {
        List<Integer> ports = new ArrayList<>();
        try (ServerSocket secure = free();
                ServerSocket owner = free();
                ServerSocket controller = free()) {
            ports.addAll(List.of(secure.getLocalPort(), owner.getLocalPort(), controller.getLocalPort()));
        }
        Properties properties = properties(directory, log, ports.get(0), ports.get(1), ports.get(2));
        Path file = directory.resolve("server.properties");
        try (Writer out = Files.newBufferedWriter(file)) {
            properties.store(out, null);
        }
        try (PrintStream quiet = new PrintStream(new ByteArrayOutputStream(), false, StandardCharsets.UTF_8)) {
            assertThat(StorageTool.execute(
                            new String[] {"format", "-t", Uuid.randomUuid().toString(), "-c", file.toString()}, quiet))
                    .isZero();
        }
        KafkaRaftServer server = new KafkaRaftServer(new KafkaConfig(properties, false), Time.SYSTEM);
        try {
            server.startup();
        } catch (RuntimeException e) {
            server.shutdown();
            server.awaitShutdown();
            throw e;
        }
        return new SecureKafka(directory, ports.get(0), server, "127.0.0.1:" + ports.get(1));
    }

    private static ServerSocket free() throws IOException {
        return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    }

    private static void keytool(Path directory, String what, List<String> store)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(
                List.of(Path.of(System.getProperty("java.home"), "bin/keytool").toString()));
        command.addAll(List.of(what.split(" ", -1)));
        command.addAll(store);
        Process process = new ProcessBuilder(command)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(said).isZero();
    }

    private static Properties properties(Path directory, Path log, int port, int ownerPort, int controllerPort) {
        Properties p = new Properties();
        p.setProperty("process.roles", "broker,controller");
        p.setProperty("node.id", "1");
        p.setProperty("log.dirs", log.toString());
        p.setProperty(
                "listeners",
                "SECURE://127.0.0.1:" + port + ",OWNER://127.0.0.1:" + ownerPort + ",CONTROLLER://127.0.0.1:"
                        + controllerPort);
        p.setProperty("advertised.listeners", "SECURE://127.0.0.1:" + port + ",OWNER://127.0.0.1:" + ownerPort);
        p.setProperty("listener.security.protocol.map", "SECURE:SASL_SSL,OWNER:PLAINTEXT,CONTROLLER:PLAINTEXT");
        p.setProperty("inter.broker.listener.name", "OWNER");
        p.setProperty("controller.listener.names", "CONTROLLER");
        p.setProperty("controller.quorum.voters", "1@127.0.0.1:" + controllerPort);
        p.setProperty("auto.create.topics.enable", "false");
        for (String topic : List.of("offsets.topic", "transaction.state.log", "share.coordinator.state.topic")) {
            p.setProperty(topic + ".replication.factor", "1");
            p.setProperty(topic + ".num.partitions", "1");
        }
        p.setProperty("transaction.state.log.min.isr", "1");
        p.setProperty("share.coordinator.state.topic.min.isr", "1");
        p.setProperty("group.initial.rebalance.delay.ms", "0");
        p.setProperty("log.cleaner.dedupe.buffer.size", "2097152");
        p.setProperty("authorizer.class.name", "org.apache.kafka.metadata.authorizer.StandardAuthorizer");
        p.setProperty("super.users", "User:ANONYMOUS");
        p.setProperty("sasl.enabled.mechanisms", "SCRAM-SHA-512");
        p.setProperty(
                "listener.name.secure.scram-sha-512.sasl.jaas.config",
                "org.apache.kafka.common.security.scram.ScramLoginModule required;");
        p.setProperty("ssl.keystore.location", directory.resolve("broker.p12").toString());
        p.setProperty("ssl.keystore.password", PASSWORD);
        return p;
    }

    /** A user with these rights and no others; what a settings file says to be that user. */
    Path user(String name, String prefix, List<Right> rights) throws Exception {
        get(owner.alterUserScramCredentials(List.of(new UserScramCredentialUpsertion(
                        name, new ScramCredentialInfo(ScramMechanism.SCRAM_SHA_512, ITERATIONS), secret(name))))
                .all());
        List<AclBinding> bindings = new ArrayList<>();
        for (Right right : rights) {
            right.operations()
                    .forEach(operation -> bindings.add(new AclBinding(
                            new ResourcePattern(right.resource(), right.name(), right.pattern()),
                            new AccessControlEntry("User:" + name, "*", operation, AclPermissionType.ALLOW))));
        }
        get(owner.createAcls(bindings).all());
        Path file = Files.writeString(directory.resolve(name + ".yaml"), """
                kafka.bootstrap.servers: 127.0.0.1:%d
                topics.prefix: %s
                kafka.security.protocol: SASL_SSL
                kafka.sasl.mechanism: SCRAM-SHA-512
                kafka.sasl.jaas.config: >-
                  org.apache.kafka.common.security.scram.ScramLoginModule required username="%s" password="%s";
                kafka.ssl.truststore.type: PEM
                kafka.ssl.truststore.location: %s
                """.formatted(
                        port, prefix, name, secret(name), directory.resolve("broker.pem")));
        // What the controller was told the broker knows a moment later.
        await("user " + name)
                .atMost(Duration.ofMinutes(2))
                // Other tests' threads may end meanwhile, as they should.
                .dontCatchUncaughtExceptions()
                .until(() -> isLetIn(file));
        await("rights of " + name)
                .atMost(Duration.ofMinutes(2))
                .dontCatchUncaughtExceptions()
                .until(() ->
                        get(owner.describeAcls(AclBindingFilter.ANY).values()).containsAll(bindings));
        return file;
    }

    private static boolean isLetIn(Path file) throws Exception {
        try (Admin user = Admin.create(settings(file).admin(Map.of()))) {
            return get(user.describeCluster().clusterId()) != null;
        } catch (AuthenticationException e) {
            return false;
        }
    }

    /** The settings in such a file. */
    static KafkaSettings settings(Path file) {
        return SettingsFile.read(file, KafkaSettings::read);
    }

    /** What a user's password is. */
    static String secret(String user) {
        return "secret-of-" + user;
    }

    /** Makes the topics, as their owner. */
    void makeTopics(String prefix) throws Exception {
        get(owner.createTopics(new Topics(prefix)
                        .all().stream()
                                .map(topic -> new NewTopic(
                                                topic.name(), Optional.of(topic.partitions()), Optional.empty())
                                        .configs(topic.config()))
                                .toList())
                .all());
    }

    /** Writes a record, as the owner. */
    void write(String topic, byte[] key, byte[] value) throws Exception {
        try (KafkaProducer<byte[], byte[]> producer = new KafkaProducer<>(
                Map.of("bootstrap.servers", ownerServers), new ByteArraySerializer(), new ByteArraySerializer())) {
            producer.send(new ProducerRecord<>(topic, key, value)).get(60, TimeUnit.SECONDS);
        }
    }

    /** Whether anything was written to a topic. */
    boolean hasRecords(String topic) throws Exception {
        Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
        for (TopicPartitionInfo each : get(owner.describeTopics(List.of(topic))
                        .topicNameValues()
                        .get(topic))
                .partitions()) {
            ends.put(new TopicPartition(topic, each.partition()), OffsetSpec.latest());
        }
        return get(owner.listOffsets(ends).all()).values().stream().anyMatch(end -> end.offset() > 0);
    }

    private static <T> T get(KafkaFuture<T> answer) throws Exception {
        try {
            return answer.get(60, TimeUnit.SECONDS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof AuthenticationException refused) {
                throw refused;
            }
            throw new IllegalStateException("the owner of Kafka was refused", e.getCause());
        }
    }

    @Override
    public void close() {
        owner.close();
        server.shutdown();
        server.awaitShutdown();
    }
}
