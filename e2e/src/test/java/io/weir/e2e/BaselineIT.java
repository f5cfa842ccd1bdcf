package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A first baseline that is watched, killed in the middle and goes on, beside one that finds all there; then a dry run of another. */
class BaselineIT {
    private static final int FILES = 300;
    private static final int SIZE = 20_000;

    @TempDir
    Path folder;

    private String weir(int exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit, arguments);
    }

    private static void fill(Path directory) throws IOException {
        byte[] content = new byte[SIZE];
        new Random(7).nextBytes(content);
        for (int i = 0; i < FILES; i++) {
            Files.write(directory.resolve("f" + i), content);
        }
    }

    /** Inodes of what is there but for what is Weir's own. */
    private static Map<String, Object> inodes(Path replica) throws IOException {
        Map<String, Object> found = new TreeMap<>();
        if (!Files.isDirectory(replica)) {
            return found;
        }
        try (Stream<Path> all = Files.list(replica)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(file.getFileName().toString(), Files.getAttribute(file, "unix:ino"));
            }
        }
        return found;
    }

    @Test
    void killedBaselineGoesOnAndTheNextOneCanBeTriedFirst() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path one = folder.resolve("one");
        Path seeded = folder.resolve("seeded");
        // Slow enough to be killed in the middle.
        Path config = Files.writeString(
                folder.resolve("config.yaml"), "applier:\n  sources:\n    - baseline.bwlimit: 200 KiB\n");
        fill(source);
        Shell.run(folder, "cp", "-a", source.toString(), seeded.toString());
        try (WeirProcess up =
                WeirProcess.up(folder, source, List.of(one, seeded), "--adopt", "--config", config.toString())) {
            await().atMost(EventuallyEqual.DEADLINE).until(() -> inodes(one).size() >= 20);
            // How far it is shows as of the last heartbeat, which may have been while it listed.
            assertThat(weir(0, "status"))
                    .containsPattern("applier/one/\\S+ +baseline (lists|\\d+ %)")
                    .contains("baseline: the replica has no position");
            up.kill();
            Map<String, Object> there = inodes(one);
            assertThat(there.size()).isLessThan(FILES);

            Files.writeString(config, "");
            up.restart();
            // An rsync that outlived the kill may have made it equal before this one reads and tells anything.
            up.awaitRunning();
            EventuallyEqual.await(source, List.of(one, seeded), path -> false, List.of(up));

            assertThat(inodes(one)).as("what was there is not sent again").containsAllEntriesOf(there);
            Records records = new Records(folder.resolve("data/weir.yaml"));
            assertThat(records.results("seeded")).isNotEmpty().allSatisfy(result -> {
                assertThat(result.getUpdated() + result.getDeleted()).isZero();
                assertThat(result.getBytesReceived()).isLessThan(FILES * SIZE / 20);
            });
            await().atMost(EventuallyEqual.DEADLINE).untilAsserted(() -> {
                List<Result> baselines = new ArrayList<>(records.results("one"));
                baselines.removeIf(result -> result.getKind() != ResultKind.BASELINE);
                assertThat(baselines).last().satisfies(result -> {
                    assertThat(result.getMessage()).isEqualTo("the last one was not finished");
                    assertThat(result.getUpdated()).isLessThanOrEqualTo(FILES - there.size());
                });
            });
            tryAnotherOne(source, List.of(one, seeded), up);
            tellsItsPositionAfterARestart(source, up);
        }
    }

    /** Nothing is written after it, so no batch tells. */
    private void tellsItsPositionAfterARestart(Path source, WeirProcess up) throws Exception {
        Files.writeString(source.resolve("last"), "before the restart");
        awaitEqualSince("last");
        up.close();
        up.restart();
        up.awaitRunning();
        awaitEqualSince("last");
    }

    private void awaitEqualSince(String path) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(0, "explain", path))
                        .contains("at the source: a file of 18 B")
                        .contains("one: equal since", "seeded: equal since"));
    }

    private void tryAnotherOne(Path source, List<Path> replicas, WeirProcess up) throws Exception {
        Path one = replicas.get(0);
        Files.writeString(one.resolve("strange"), "of a stranger");
        Files.delete(one.resolve("f7"));

        assertThat(weir(0, "baseline", "one", "--dry-run"))
                .contains("1 would be sent", "1 entries (13 B) would be deleted", "send    f7", "delete  strange");
        assertThat(weir(0, "baseline", "one", "f7", "--dry-run", "--output", "json"))
                .contains("\"sentBytes\" : " + SIZE, "\"deleted\" : 0", "\"f7\"");
        assertThat(one.resolve("strange")).exists();
        assertThat(one.resolve("f7")).doesNotExist();

        weir(0, "baseline", "one");
        EventuallyEqual.await(source, replicas, path -> false, List.of(up));
    }
}
