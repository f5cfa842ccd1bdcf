package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Topics;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import org.apache.flink.avro.shaded.org.apache.avro.generic.GenericRecord;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The whole pipeline with a real schema registry, and with records of Confluent's own client. Skipped where no registry can be had:
 * run it with {@code -Pregistry}.
 */
class RegistryIT {
    private static final String HELD = "held until the schema registry answers";
    private static final Topics TOPICS = new Topics(Topics.DEFAULT_PREFIX);
    /** Readers first: they read both kinds of records. */
    private static final List<String> IN_ORDER = List.of("applier-1", "applier-2", "aggregator", "agent");

    @TempDir
    private Path folder;

    private RegistryProcess registry;
    private Stages stages;

    @BeforeEach
    void prepare() throws IOException {
        assumeTrue(
                RegistryProcess.missing().isEmpty(),
                () -> RegistryProcess.missing().orElseThrow());
        registry = new RegistryProcess(folder);
    }

    private String setting() {
        return "schema.registry.url: " + registry.url() + "\n";
    }

    @AfterEach
    void close() throws IOException {
        if (stages != null) {
            stages.close();
        }
        if (registry != null) {
            registry.close();
        }
    }

    /** In one pipeline, as starting it is what takes long. */
    @Test
    void whatWaitsForTheRegistryIsNotLostAndOthersReadAndWriteTheRecords() throws Exception {
        StagesPlan plan = StagesPlan.in(folder).hasty();
        IN_ORDER.forEach(stage -> plan.settings(stage, setting()));
        stages = plan.start();
        aRegistryThatIsDownAtTheStartIsWaitedFor();
        confluentsClientReadsTheRecords();
        anIndependentClientReadsAndWritesTheRecords();
        batchesOfConfluentsClientAndOfNoRegistryAreApplied();
        anOutageAndRestartsInItLoseNothing();

        assertThat(stages.records().deadLetters()).isEmpty();
        theSubjectsAreCheckedAndCompleted();
    }

    /** As the README says: appliers, aggregators, agents, and the topics hold records of both kinds. */
    @Test
    void aRunningDeploymentIsSwitchedToARegistry() throws Exception {
        registry.start();
        UnderChurn.run(StagesPlan.in(folder).hasty(), Seeds.next("switch to a registry"), during -> {
            for (String stage : IN_ORDER) {
                Files.writeString(folder.resolve(stage + ".yaml"), setting(), StandardOpenOption.APPEND);
                during.stages().restart(stage);
                during.churnOn();
            }
            for (Topics.Topic topic : List.of(TOPICS.changes(), TOPICS.batches(), TOPICS.results())) {
                List<byte[]> values = during.stages().records().values(topic.name());
                assertThat(values)
                        .as(topic.name())
                        .anyMatch(value -> value[0] == (byte) 0xC3)
                        .anyMatch(value -> value[0] == 0);
            }
        });
    }

    private void theSubjectsAreCheckedAndCompleted() throws Exception {
        WeirProcess.Ended lacking = weir("topics", "check");
        assertThat(lacking.exit()).as(lacking.output()).isEqualTo(1);
        assertThat(lacking.output()).contains("subject weir.commands-value lacks this Weir's schema");
        WeirProcess.Ended created = weir("topics", "create");
        assertThat(created.exit()).as(created.output()).isZero();
        assertThat(created.output()).contains("registered weir.commands-value with id ");
        WeirProcess.Ended checked = weir("topics", "check");
        assertThat(checked.exit()).as(checked.output()).isZero();
        assertThat(weir("doctor").output()).contains("subjects as they should be");
        registry.stop();
        assertThat(weir("doctor").output()).contains("check that the registry runs");
    }

    private WeirProcess.Ended weir(String... arguments) throws Exception {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", folder.resolve("applier-1.yaml").toString()));
        Path log = Files.createTempFile(folder, "command", ".log");
        return WeirProcess.run(log, Map.of(), all.toArray(String[]::new));
    }

    private void aRegistryThatIsDownAtTheStartIsWaitedFor() throws IOException {
        Files.writeString(stages.source().resolve("first"), "written while there was no registry");
        for (String stage : List.of("agent", "aggregator", "applier-1")) {
            awaitHeld(stage, 0);
        }
        assertThat(stages.replicas().get(0).resolve("first")).doesNotExist();
        assertThat(stages.records().values(TOPICS.changes().name())).isEmpty();
        Awaitility.await("each of them to say so in `weir status`")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir("status").output().lines())
                        .filteredOn(line -> line.contains("retrying") && line.contains("check that the registry runs"))
                        .hasSize(IN_ORDER.size()));

        registry.start();

        stages.awaitEqual();
    }

    private void confluentsClientReadsTheRecords() throws IOException {
        ConfluentClient confluent = new ConfluentClient(registry.url());
        // Both replicas may have got the first file by their baselines.
        Files.writeString(stages.source().resolve("live"), "told by an event");
        Awaitility.await("a change that names the file")
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> isTold(confluent, "live"));
        stages.awaitEqual();
        for (Topics.Topic topic : List.of(TOPICS.changes(), TOPICS.batches(), TOPICS.results(), TOPICS.status())) {
            List<byte[]> values = stages.records().values(topic.name());
            assertThat(values).as(topic.name()).isNotEmpty();
            boolean isState = topic.equals(TOPICS.status());
            if (isState) {
                assertThat(values).as("told while there was no registry").anyMatch(RegistryIT::isBuiltIn);
            }
            for (byte[] value : values) {
                if (isState && isBuiltIn(value)) {
                    continue;
                }
                assertThat(value).startsWith(0, 0, 0);
                assertThat(confluent.read(value).getSchema().getNamespace()).isEqualTo("io.weir.schemas");
            }
        }
    }

    private static boolean isBuiltIn(byte[] value) {
        return value[0] == (byte) 0xC3;
    }

    private boolean isTold(ConfluentClient confluent, String path) throws IOException {
        for (byte[] value : stages.records().values(TOPICS.changes().name())) {
            if (confluent.read(value).get("path").equals(ByteBuffer.wrap(bytes(path)))) {
                return true;
            }
        }
        return false;
    }

    /** Of another language; with {@code -Dweir.kafkajs=DIR}, the node_modules with @kafkajs/confluent-schema-registry. */
    private void anIndependentClientReadsAndWritesTheRecords() throws Exception {
        String modules = System.getProperty("weir.kafkajs", "");
        if (modules.isEmpty()) {
            System.out.println("no client in JavaScript: -Dweir.kafkajs names none");
            return;
        }
        for (Topics.Topic topic : List.of(TOPICS.changes(), TOPICS.batches(), TOPICS.results())) {
            List<byte[]> values = stages.records().values(topic.name());
            List<String> lines = values.stream().map(HexFormat.of()::formatHex).toList();
            Path in = Files.write(folder.resolve("records.hex"), lines);
            Path out = folder.resolve("again.hex");
            ProcessBuilder node = new ProcessBuilder(
                            "node",
                            Path.of("src/test/resources/registry/echo.js")
                                    .toAbsolutePath()
                                    .toString(),
                            registry.url())
                    .redirectInput(in.toFile())
                    .redirectOutput(out.toFile())
                    .redirectErrorStream(true);
            node.environment().put("NODE_PATH", modules);

            assertThat(node.start().waitFor()).as(Files.readString(out)).isZero();
            assertThat(Files.readAllLines(out)).as(topic.name()).isEqualTo(lines);
        }
    }

    private void batchesOfConfluentsClientAndOfNoRegistryAreApplied() throws Exception {
        ConfluentClient confluent = new ConfluentClient(registry.url());
        Path theirs = Files.writeString(stages.replicas().get(0).resolve("theirs"), "in no source");
        Path builtIn = Files.writeString(stages.replicas().get(0).resolve("built-in"), "in no source");
        String topic = TOPICS.batches().name();
        GenericRecord batch = confluent.read(stages.records().values(topic).get(0));
        GenericRecord path = (GenericRecord) ((List<?>) batch.get("paths")).get(0);
        path.put("path", ByteBuffer.wrap(bytes("theirs")));
        path.put("recursive", false);
        batch.put("sequence", 0L);
        batch.put("paths", List.of(path));

        stages.records().write(topic, bytes("data"), confluent.write(topic, batch));
        stages.records().write(topic, bytes("data"), RecordSerde.of(Batch.class).encode(absent("built-in")));

        Awaitility.await("both batches to be applied")
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> !Files.exists(theirs) && !Files.exists(builtIn));
    }

    private static Batch absent(String path) {
        return Batch.newBuilder()
                .setSource("data")
                .setEpoch(1)
                .setSequence(0)
                .setCreatedAt(Instant.now())
                .setCapturedAt(Instant.now())
                .setPaths(List.of(BatchPath.newBuilder()
                        .setPath(ByteBuffer.wrap(bytes(path)))
                        .setRecursive(false)
                        .setObserved(
                                Observed.newBuilder().setType(FileType.ABSENT).build())
                        .setCapturedAt(Instant.now())
                        .build()))
                .build();
    }

    private void anOutageAndRestartsInItLoseNothing() throws Exception {
        registry.stop();
        Files.writeString(stages.source().resolve("second"), "what runs knows its ids");
        stages.awaitEqual();
        for (String stage : List.of("agent", "aggregator", "applier-1")) {
            int before = stages.process(stage).log().length();
            stages.killAndRestart(stage);
            Files.writeString(stages.source().resolve("during-" + stage), "what was started anew knows none");
            awaitHeld(stage, before);
        }

        registry.start();

        stages.awaitEqual();
    }

    private void awaitHeld(String stage, int from) {
        Awaitility.await(stage + " waits for the registry")
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> stages.process(stage).log().substring(from).contains(HELD));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
