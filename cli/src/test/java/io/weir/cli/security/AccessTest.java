package io.weir.cli.security;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.Agent;
import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.aggregator.Aggregator;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.Applier;
import io.weir.applier.ApplierSettings;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.cli.Main;
import io.weir.cli.applier.RsyncModule;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Rights;
import io.weir.schemas.Rights.Right;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import io.weir.service.Service;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.slf4j.LoggerFactory;

/** A Kafka with TLS, passwords and an authorizer: what {@code weir acls} prints is enough, and with less somebody says what is missing. */
@Timeout(900)
class AccessTest {
    private static final Duration DEADLINE = Duration.ofSeconds(Integer.getInteger("weir.deadline.seconds", 180));
    /** An agent that may not write would wait for what it cannot send. */
    private static final Duration STOP_PATIENCE = Duration.ofSeconds(1);

    private static final byte[] DATA = "data".getBytes(StandardCharsets.UTF_8);
    private static final AtomicInteger USERS = new AtomicInteger();

    @TempDir
    static Path directory;

    private static SecureKafka kafka;

    @BeforeAll
    static void startKafka() throws Exception {
        kafka = SecureKafka.start(Files.createDirectory(directory.resolve("kafka")));
    }

    @AfterAll
    static void stopKafka() {
        if (kafka != null) {
            kafka.close();
        }
    }

    /** Alone: whatever anybody says of a right is said here. */
    @Test
    @ResourceLock("what is said")
    void theLeastRightsOfEachRoleAreEnough(@TempDir Path work) throws Exception {
        Topics topics = new Topics("enough");
        String setup = user(topics, "setup", Rights.setup(topics)).toString();
        assertThat(weir("topics", "create", "--config", setup)).contains("created enough.changes");
        assertThat(weir("topics", "check", "--config", setup)).contains("as they should be");
        KafkaSettings agentUser = SecureKafka.settings(user(topics, "agent", Rights.agent(topics)));
        KafkaSettings aggregatorUser = SecureKafka.settings(user(topics, "aggregator", Rights.aggregator(topics)));
        KafkaSettings applierUser = SecureKafka.settings(user(topics, "applier", Rights.applier(topics, "backup1")));
        String operator = user(topics, "operator", Rights.operator(topics)).toString();
        Path source = Files.createDirectory(work.resolve("source"));
        Path replica = work.resolve("replica");

        try (Said said = new Said();
                Agent agent = agent(agentUser, source, work.resolve("agent"), said);
                Aggregator aggregator = aggregator(aggregatorUser, work.resolve("aggregator"), said)) {
            agent.start();
            aggregator.start();
            ReplicaSettings settings = new ReplicaSettings(
                    "data",
                    replica,
                    new RsyncEndpoint(
                            agent.rsyncd().orElseThrow().url("data").replace("//weir@", "//"),
                            agent.rsyncd().orElseThrow().passwordFile().orElseThrow(),
                            "weir"));
            try (Applier applier = applier(applierUser, "backup1", settings, work.resolve("applier"), said)) {
                applier.start();
                Files.writeString(source.resolve("file"), "content");
                await("the file").atMost(DEADLINE).until(() -> Files.exists(replica.resolve("file")));

                await("status")
                        .atMost(DEADLINE)
                        .untilAsserted(() -> assertThat(weir("status", "--config", operator))
                                .contains("agent/data", "aggregator", "applier/backup1/data", "running"));
                assertThat(weir("deadletters", "list", "--config", operator)).contains("no dead letters");
                assertThat(weir("baseline", "backup1", "--config", operator)).contains("backup1");
                assertThat(weir("pause", "backup1", "--config", operator)).contains("backup1/data: paused by ");
                assertThat(weir("resume", "backup1", "--config", operator)).contains("backup1/data: ");
                assertThat(weir("verify", "backup1", "--config", operator)).contains("no drift");
                assertThat(weir("replay", "--replica", "backup1", "--from", "1h", "--config", operator))
                        .contains("offsets");
                String checkpoint =
                        weir("checkpoint", "create", "--config", operator).strip();
                assertThat(weir("checkpoint", "wait", checkpoint, "--config", operator))
                        .contains("backup1", "passed");
                assertThat(said.lines()).noneMatch(line -> line.contains("lacks the right"));
            }
        }
        String secrets = String.join("|", "secret-of-agent", "secret-of-aggregator", "secret-of-applier");
        assertThat(Said.everything()).noneMatch(line -> line.matches("(?s).*(" + secrets + ").*"));
    }

    private static Path user(Topics topics, String name, List<Right> rights) throws Exception {
        String prefix = topics.changes().name().replace(".changes", "");
        return kafka.user(name + "-" + USERS.incrementAndGet(), prefix, rights);
    }

    private static String weir(String... arguments) {
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        int exit = Main.run(new PrintWriter(out), new PrintWriter(err), arguments);
        assertThat(exit)
                .as("%s: %s%s", List.of(arguments), out, err)
                .isIn(ExitCode.OK.number(), ExitCode.ATTENTION.number());
        return out.toString();
    }

    /**
     * A right that a role lacks.
     *
     * @param rest what it has
     */
    record Lack(String role, AclOperation operation, Right right, String prefix, List<Right> rest) {
        @Override
        public String toString() {
            return role + " without " + operation + " on " + right.name();
        }

        /** How it is to be told. */
        String told() {
            return operation + (right.resource() == ResourceType.GROUP ? " on group " : " on topic ") + right.name();
        }
    }

    static Stream<Lack> lacks() {
        List<Lack> all = new ArrayList<>();
        for (String role : List.of("agent", "aggregator", "applier")) {
            for (int i = 0; i < rights(role, new Topics("x")).size(); i++) {
                for (AclOperation operation :
                        rights(role, new Topics("x")).get(i).operations()) {
                    String prefix = role + all.size();
                    List<Right> rest = new ArrayList<>(rights(role, new Topics(prefix)));
                    Right whole = rest.remove(i);
                    Set<AclOperation> left = EnumSet.copyOf(whole.operations());
                    left.remove(operation);
                    if (!left.isEmpty()) {
                        rest.add(new Right(whole.resource(), whole.name(), whole.pattern(), left));
                    }
                    all.add(new Lack(role, operation, whole, prefix, rest));
                }
            }
        }
        return all.stream();
    }

    private static List<Right> rights(String role, Topics topics) {
        return switch (role) {
            case "agent" -> Rights.agent(topics);
            case "aggregator" -> Rights.aggregator(topics);
            default -> Rights.applier(topics, "backup1");
        };
    }

    /** Side by side, as most of it waits: each has topics and users of its own, which what is said names. */
    @ParameterizedTest
    @MethodSource("lacks")
    @Execution(ExecutionMode.CONCURRENT)
    @ResourceLock(value = "what is said", mode = ResourceAccessMode.READ)
    void oneRightLessIsToldByName(Lack lack, @TempDir Path work) throws Exception {
        Topics topics = new Topics(lack.prefix());
        kafka.makeTopics(lack.prefix());
        KafkaSettings user = SecureKafka.settings(user(topics, lack.role(), lack.rest()));
        Path source = Files.createDirectories(work.resolve("source/.weir")).getParent();
        if (lack.role().equals("agent")) {
            agentLivesOnce(topics, source, work.resolve("state"));
        }
        if (lack.role().equals("aggregator") && lack.operation() == AclOperation.READ) {
            aggregatorLivesOnce(topics, work.resolve("state"));
        }
        ExecutorService starting = Executors.newSingleThreadExecutor();
        try (Said said = new Said();
                RsyncModule module = new RsyncModule(source, work, 0);
                Service stage = switch (lack.role()) {
                    case "agent" -> agent(user, source, work.resolve("state"), said);
                    case "aggregator" -> aggregator(user, work.resolve("state"), said);
                    default -> {
                        Files.createFile(source.resolve(".weir/id-00000000-0000-4000-8000-000000000001"));
                        ReplicaSettings settings =
                                new ReplicaSettings("data", work.resolve("replica"), module.endpoint());
                        yield applier(user, "backup1", settings, work.resolve("state"), said);
                    }
                }) {
            // What stands there is read at a start.
            kafka.write(topics.deadLetters().name(), DATA, new byte[] {1, 2, 3});
            starting.execute(() -> {
                try {
                    stage.start();
                } catch (RuntimeException e) {
                    said.add(String.valueOf(e.getMessage()));
                }
            });
            // A stream thread that another one takes over from ends with its cause, which is no failure of the wait.
            await(lack.toString())
                    .atMost(DEADLINE)
                    .dontCatchUncaughtExceptions()
                    .untilAsserted(() -> {
                        // Something for an aggregator to coalesce, and for an applier, who begins at the end, to
                        // refuse.
                        kafka.write(topics.changes().name(), DATA, change());
                        kafka.write(topics.batches().name(), DATA, new byte[] {1, 2, 3});
                        assertThat(said.lines()).anyMatch(line -> line.contains("lacks the right " + lack.told()));
                    });
            starting.shutdownNow();
        }
    }

    private static byte[] change() {
        return RecordSerde.of(Change.class)
                .encode(Change.newBuilder()
                        .setSource("data")
                        .setEpoch(1)
                        .setSequence(1)
                        .setKind(ChangeKind.CREATED)
                        .setPath(ByteBuffer.wrap(DATA))
                        .setObserved(
                                Observed.newBuilder().setType(FileType.FILE).build())
                        .setCapturedAt(Instant.EPOCH)
                        .build());
    }

    /** A life with all rights, before a restart of the machine: the next one looks at the history. */
    private static void agentLivesOnce(Topics topics, Path source, Path state) throws Exception {
        KafkaSettings user = SecureKafka.settings(user(topics, "before", Rights.agent(topics)));
        try (Said said = new Said();
                Agent agent = agent(user, source, state, said)) {
            agent.start();
            await("a first life")
                    .atMost(DEADLINE)
                    .dontCatchUncaughtExceptions()
                    .until(() -> said.health.notReady().isEmpty());
        }
        Path file = state.resolve("data.state");
        Files.writeString(file, Files.readString(file).replaceAll("boot=.*", "boot=another"));
    }

    /** A life with all rights, which leaves a state for the next one to read. */
    private static void aggregatorLivesOnce(Topics topics, Path state) throws Exception {
        KafkaSettings user = SecureKafka.settings(user(topics, "before", Rights.aggregator(topics)));
        try (Said said = new Said();
                Aggregator aggregator = aggregator(user, state, said)) {
            aggregator.start();
            kafka.write(topics.changes().name(), DATA, change());
            await("a first life")
                    .atMost(DEADLINE)
                    .dontCatchUncaughtExceptions()
                    .until(() -> kafka.hasRecords(topics.batches().name()));
        }
    }

    private static Agent agent(KafkaSettings user, Path source, Path state, Said said) {
        AgentSettings defaults = AgentSettings.of(state, List.of(new SourceSettings("data", source, List.of())));
        AgentSettings settings = new AgentSettings(
                defaults.stateDirectory(),
                defaults.sources(),
                defaults.rsyncd(),
                defaults.scans(),
                defaults.dirtyPaths(),
                defaults.unacknowledged(),
                defaults.statusInterval(),
                STOP_PATIENCE);
        return new Agent(settings, user, said.health, said.faults, new SimpleMeterRegistry());
    }

    private static Aggregator aggregator(KafkaSettings user, Path state, Said said) {
        return new Aggregator(
                AggregatorSettings.defaults(state), user, said.faults, new SimpleMeterRegistry(), said.health);
    }

    private static Applier applier(KafkaSettings user, String replica, ReplicaSettings source, Path state, Said said) {
        return new Applier(
                new ApplierSettings(replica, state, user, List.of(source)),
                new SimpleMeterRegistry(),
                said.health,
                said.faults);
    }

    /** All that a stage says to people: its log, why it is not ready, why it ended. */
    private static final class Said extends AppenderBase<ILoggingEvent> implements AutoCloseable {
        private static final Queue<String> EVERYTHING = new ConcurrentLinkedQueue<>();

        final HealthRegistry health = new HealthRegistry();
        final FaultLatch faults = new FaultLatch();
        private final Queue<String> log = new ConcurrentLinkedQueue<>();
        private final Logger root = ((LoggerContext) LoggerFactory.getILoggerFactory()).getLogger("io.weir");

        Said() {
            setContext(root.getLoggerContext());
            start();
            root.addAppender(this);
        }

        @Override
        protected void append(ILoggingEvent event) {
            add(event.getFormattedMessage());
        }

        void add(String line) {
            log.add(line);
            EVERYTHING.add(line);
        }

        List<String> lines() {
            List<String> all = new ArrayList<>(log);
            all.addAll(health.notReady());
            for (Throwable at = faults.fault(); at != null; at = at.getCause()) {
                all.add(String.valueOf(at.getMessage()));
            }
            return all;
        }

        static List<String> everything() {
            return List.copyOf(EVERYTHING);
        }

        @Override
        public void close() {
            root.detachAppender(this);
        }
    }
}
