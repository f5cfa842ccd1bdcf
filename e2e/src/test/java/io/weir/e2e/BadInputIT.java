package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.e2e.WeirProcess.Ended;
import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RecordSerde;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * What nobody should give it. A command that cannot go on ends with its documented exit code and says what to do; a record that
 * cannot be used is a dead letter, and the pipeline goes on.
 */
@OnOneWeirUp
class BadInputIT {
    /** Source and the name of its directory are the same in {@link WeirUp}. */
    private static final String SOURCE = "source";

    @TempDir
    Path folder;

    private Ended up(Map<String, String> environment, String... more) throws Exception {
        Files.createDirectories(folder.resolve("source"));
        String[] common = {
            "up",
            "--data",
            folder.resolve("data").toString(),
            "--replica",
            folder.resolve("replica").toString()
        };
        String[] all = new String[common.length + more.length];
        System.arraycopy(common, 0, all, 0, common.length);
        System.arraycopy(more, 0, all, common.length, more.length);
        return WeirProcess.run(folder.resolve("log"), environment, all);
    }

    private static void assertEnded(Ended ended, ExitCode code, String... says) {
        assertThat(ended.exit()).as(ended.output()).isEqualTo(code.number());
        assertThat(ended.output()).contains(says).doesNotContain("\tat ");
    }

    @Test
    void everyWrongSettingIsToldAtOnce() throws Exception {
        Path settings = Files.writeString(folder.resolve("agent.yaml"), """
                kafka:
                  bootstrap.server: 127.0.0.1:9092
                agent:
                  state.dir: %s
                  sources:
                    - name: "a b"
                      rooot: /export
                """.formatted(folder.resolve("state")));
        assertEnded(
                WeirProcess.run(folder.resolve("log"), Map.of(), "agent", "--config", settings.toString()),
                ExitCode.SETTINGS,
                "bootstrap.server",
                "bootstrap.servers",
                "rooot",
                "root",
                "a b");
    }

    @Test
    void aMissingSourceIsNotMade() throws Exception {
        Path missing = folder.resolve("not mounted");
        assertEnded(up(Map.of(), "--source", missing.toString()), ExitCode.UNAVAILABLE, "not mounted", "mount");
        assertThat(missing).doesNotExist();
    }

    @Test
    void aReplicaInsideItsSourceIsRefused() throws Exception {
        String source = folder.resolve("source").toString();
        assertEnded(
                up(Map.of(), "--source", source, "--replica", source + "/inside"), ExitCode.USAGE, "inside", "source");
    }

    @Test
    void aSourceInsideItsReplicaIsRefused() throws Exception {
        Path inside = Files.createDirectories(folder.resolve("replica/inside"));
        assertEnded(up(Map.of(), "--source", inside.toString()), ExitCode.USAGE, "inside", "replica");
    }

    @Test
    void aPortInUseIsNamed() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            String port = Integer.toString(taken.getLocalPort());
            assertEnded(
                    up(Map.of(), "--source", folder.resolve("source").toString(), "--port", port),
                    ExitCode.CONFLICT,
                    port,
                    "another port");
        }
    }

    @Test
    void aMissingRsyncIsToldWithWhatToDo() throws Exception {
        Path empty = Files.createDirectory(folder.resolve("bin"));
        linkTools(empty);
        assertEnded(
                up(
                        Map.of("PATH", empty.toString()),
                        "--source",
                        folder.resolve("source").toString()),
                ExitCode.UNAVAILABLE,
                "rsync",
                "install");
    }

    @Test
    void anRsyncThatIsTooOldIsToldWithItsVersion() throws Exception {
        Path bin = Files.createDirectory(folder.resolve("bin"));
        linkTools(bin);
        Path old = Files.writeString(
                bin.resolve("rsync"), "#!/bin/sh\necho 'rsync  version 3.0.9  protocol version 30'\n");
        Files.setPosixFilePermissions(old, PosixFilePermissions.fromString("rwxr-xr-x"));
        assertEnded(
                up(
                        Map.of("PATH", bin.toString()),
                        "--source",
                        folder.resolve("source").toString()),
                ExitCode.UNAVAILABLE,
                "3.0.9",
                "3.1.3");
    }

    /** A PATH of its own needs what the agent starts besides rsync. */
    private static void linkTools(Path bin) throws IOException {
        for (String tool : List.of("setsid", "sh")) {
            Files.createSymbolicLink(bin.resolve(tool), Path.of("/usr/bin", tool));
        }
    }

    @Test
    void aForgedBatchHarmsNothing(WeirUp weir, TestInfo test) throws Exception {
        Path directory = directory(weir, test);
        Path victim = Files.writeString(weir.data().resolveSibling("victim"), "outside of every replica");
        Batch forged = Batch.newBuilder()
                .setSource(SOURCE)
                .setSequence(1_000_000)
                .setEpoch(1)
                .setCreatedAt(Instant.now())
                .setCapturedAt(Instant.now())
                .setPaths(List.of(
                        absent("../victim"),
                        absent("a/../../victim"),
                        absent(victim.toString()),
                        absent(""),
                        absent("nul\0nul"),
                        absent(".weir/position"),
                        absent("before the first start")))
                .build();
        weir.records()
                .write(
                        weir.records().topics().batches().name(),
                        bytes(SOURCE),
                        RecordSerde.of(Batch.class).encode(forged));

        awaitLetters(weir, DeadLetterKind.REFUSED, 2 * 6);
        Files.writeString(directory.resolve("afterwards"), "goes on");
        weir.awaitEqual(directory);
        assertThat(victim).hasContent("outside of every replica");
        for (Path replica : weir.replicas()) {
            assertThat(replica.resolve("before the first start")).exists();
            assertThat(replica.resolve(".weir/position")).exists();
        }
    }

    @Test
    void recordsThatCannotBeReadAreCountedAndPassed(WeirUp weir, TestInfo test) throws Exception {
        Path directory = directory(weir, test);
        for (String topic : List.of(
                weir.records().topics().batches().name(),
                weir.records().topics().changes().name())) {
            weir.records().write(topic, bytes(SOURCE), bytes("this is no record"));
        }

        // One from each applier and one from the aggregator.
        awaitLetters(weir, DeadLetterKind.UNDECODABLE, 3);
        Files.writeString(directory.resolve("afterwards"), "goes on");
        weir.awaitEqual(directory);
    }

    private static void awaitLetters(WeirUp weir, DeadLetterKind kind, int count) {
        Awaitility.await(count + " dead letters of kind " + kind)
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir.records().deadLetters())
                        .filteredOn(letter -> letter.getKind() == kind)
                        .hasSize(count)
                        .extracting(DeadLetter::getReason)
                        .allSatisfy(reason -> assertThat(reason).isNotBlank()));
    }

    private static BatchPath absent(String path) {
        return BatchPath.newBuilder()
                .setPath(ByteBuffer.wrap(bytes(path)))
                .setObserved(Observed.newBuilder().setType(FileType.ABSENT).build())
                .setCapturedAt(Instant.now())
                .build();
    }

    private static Path directory(WeirUp weir, TestInfo test) throws IOException {
        return Files.createDirectory(
                weir.source().resolve(test.getTestMethod().orElseThrow().getName()));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
