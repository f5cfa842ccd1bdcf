package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Drift that is planted into a replica is found and repaired, and what is merely on its way is none. */
@Tag("extended")
class VerifyIT {
    private static final FileTime TIME = FileTime.fromMillis(1_500_000_000_123L);
    private static final int ATTENTION = ExitCode.ATTENTION.number();

    @TempDir
    Path folder;

    /** Runs a command against the pipeline in the folder, in this process: there are many. */
    private String weir(int exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit, arguments);
    }

    private WeirProcess up(Path source, Path replica) throws IOException {
        Path config =
                Files.writeString(folder.resolve("config.yaml"), "applier:\n  sources:\n    - verify.settle: 4 s\n");
        return WeirProcess.up(folder, source, List.of(replica), "--config", config.toString());
    }

    private static void write(Path file, String content) throws IOException {
        Files.writeString(file, content);
        Files.setLastModifiedTime(file, TIME);
    }

    private static void fill(Path source) throws IOException {
        Files.createDirectories(source.resolve("d/below"));
        for (String name :
                List.of("content", "mode", "owner", "mtime", "missing", "type", "equal", "d/equal", "d/below/x")) {
            write(source.resolve(name), "of " + name);
        }
        Files.createSymbolicLink(source.resolve("link"), Path.of("equal"));
        for (String name : List.of("one", "broken")) {
            write(source.resolve(name), "of two names");
        }
        Files.delete(source.resolve("broken"));
        Files.createLink(source.resolve("broken"), source.resolve("one"));
    }

    private static void plant(Path replica) throws IOException {
        write(replica.resolve("content"), "OF content");
        Files.setPosixFilePermissions(replica.resolve("mode"), PosixFilePermissions.fromString("rw-rw-rw-"));
        if (Processes.effectiveUid() == 0) {
            Files.setAttribute(replica.resolve("owner"), "unix:uid", 1234);
        }
        Files.setLastModifiedTime(replica.resolve("mtime"), FileTime.fromMillis(1_500_000_000_124L));
        Files.delete(replica.resolve("missing"));
        Files.createDirectory(replica.resolve("extra"));
        Files.writeString(replica.resolve("extra/in"), "of a stranger");
        Files.delete(replica.resolve("type"));
        Files.createDirectory(replica.resolve("type"));
        Files.delete(replica.resolve("link"));
        Files.createSymbolicLink(replica.resolve("link"), Path.of("elsewhere"));
        Files.delete(replica.resolve("broken"));
        write(replica.resolve("broken"), "of two names");
        Files.setLastModifiedTime(replica.resolve("d"), TIME);
    }

    /** Inode and ctime of everything that nobody has touched. */
    private static Map<String, String> untouched(Path replica) throws IOException {
        Set<String> planted = Set.of(
                "",
                "content",
                "mode",
                "owner",
                "mtime",
                "missing",
                "extra",
                "extra/in",
                "type",
                "link",
                "one",
                "broken",
                "d");
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(replica)) {
            for (Path each : all.toList()) {
                String name = replica.relativize(each).toString();
                if (!planted.contains(name) && !name.startsWith(".weir")) {
                    Map<String, Object> seen = Files.readAttributes(each, "unix:ino,ctime", LinkOption.NOFOLLOW_LINKS);
                    found.put(name, seen.get("ino") + " " + seen.get("ctime"));
                }
            }
        }
        return found;
    }

    @Test
    void plantedDriftIsFoundAtItsLevelAndRepairedAndNothingElseIsTouched() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("one");
        fill(source);
        try (WeirProcess up = up(source, replica)) {
            up.awaitRunning();
            // The first start's rescan of the source, which may come late, would repair what is planted.
            weir(0, "checkpoint", "create", "--wait");
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            assertThat(weir(0, "verify", "one", "--level", "checksum")).contains("no drift in", "the content of");
            plant(replica);
            Map<String, String> before = untouched(replica);

            List<String> byMetadata = new ArrayList<>(List.of(
                    "different +(broken|one) +links",
                    "different +d +mtime",
                    "extra +extra",
                    "different +link +target",
                    "missing +missing",
                    "different +mode +mode",
                    "different +mtime +mtime",
                    "different +type +type"));
            if (Processes.effectiveUid() == 0) {
                byMetadata.add("different +owner +owner");
            }
            String metadata = weir(ATTENTION, "verify", "one");
            assertThat(byMetadata).allSatisfy(line -> assertThat(metadata).containsPattern("  " + line));
            assertThat(metadata).contains("1 missing, 2 extra").doesNotContain("content ");
            assertThat(weir(ATTENTION, "verify", "one", "content", "mode", "-o", "json"))
                    .contains("\"entries\" : 2", "\"different\" : 1", "\"detail\" : \"mode\"");
            assertThat(weir(ExitCode.USAGE.number(), "verify", "one", "no/such/dir"))
                    .contains("0 entries compared", "to compare at no/such/dir; check the spelling");
            assertThat(weir(ATTENTION, "verify", "one", "content", "--sample", "100"))
                    .containsPattern("different +content +content");

            assertThat(weir(ATTENTION, "verify", "one", "--level", "checksum", "--repair"))
                    .containsPattern("different +content +content")
                    .contains("are being made equal");
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));

            assertThat(weir(0, "verify", "one", "--level", "checksum")).contains("no drift in");
            assertThat(untouched(replica)).isEqualTo(before);
        }
    }

    @Test
    @Tag("faults")
    void whatIsOnItsWayIsNoDrift() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("one");
        fill(source);
        long seed = Seeds.next("verification under churn");
        try (WeirProcess up = up(source, replica)) {
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            try (BackgroundChurn churn = BackgroundChurn.start(source, Churn.Plan.gentle(seed))) {
                for (int round = 0; round < 3; round++) {
                    churn.awaitSteps(200);
                    assertThat(weir(0, "verify", "one", "--level", "checksum")).contains("no drift in");
                }
                Files.delete(replica.resolve("missing"));
                assertThat(weir(ATTENTION, "verify", "one", "--repair"))
                        .contains("1 missing, 0 extra, 0 different", "1 are being made equal");
                churn.stop();
            }
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
        }
    }

    @Test
    @Tag("faults")
    void longOneGoesOnAfterAKill() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("one");
        Random random = new Random(7);
        byte[] content = new byte[1 << 20];
        for (char name = 'a'; name < 'i'; name++) {
            random.nextBytes(content);
            Files.write(source.resolve(String.valueOf(name)), content);
            Files.setLastModifiedTime(source.resolve(String.valueOf(name)), TIME);
        }
        try (WeirProcess up = up(source, replica)) {
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            content[0]++;
            Files.write(replica.resolve("a"), content);
            Files.setLastModifiedTime(replica.resolve("a"), TIME);
            weir(0, "verify", "one", "--level", "checksum", "--bwlimit", "256KiB", "--wait", "0");
            await().atMost(EventuallyEqual.DEADLINE)
                    .until(() -> journal(replica).contains("passed"));
            await().atMost(EventuallyEqual.DEADLINE)
                    .until(() -> weir(0, "status").contains("verifies: "));

            up.kill();
            String there = journal(replica);
            assertThat(there).contains("differs a").doesNotContain("passed h");
            up.restart();
            // Kafka is at another address now, which the file has when it runs.
            up.awaitRunning();

            Records records = new Records(folder.resolve("data/weir.yaml"));
            await().atMost(EventuallyEqual.DEADLINE)
                    .until(() -> records.results("one").stream().anyMatch(each -> each.getVerification() != null));
            List<Result> answers = records.results("one").stream()
                    .filter(each -> each.getVerification() != null)
                    .toList();
            assertThat(answers).singleElement().satisfies(answer -> {
                assertThat(answer.getVerification().getBytes()).isEqualTo(8L << 20);
                assertThat(answer.getVerification().getDifferent()).isEqualTo(1);
                assertThat(RelPath.of(answer.getVerification().getDrift().get(0).getPath()))
                        .isEqualTo(RelPath.of("a"));
            });
            assertThat(journal(replica)).isEmpty();
        }
    }

    /** How far a verification is; empty when there is none. */
    private static String journal(Path replica) throws IOException {
        try (Stream<Path> own = Files.list(replica.resolve(".weir"))) {
            StringBuilder all = new StringBuilder();
            for (Path each : own.filter(file -> file.getFileName().toString().matches("verify-[a-f0-9-]+"))
                    .toList()) {
                all.append(Files.readString(each, StandardCharsets.UTF_8));
            }
            return all.toString();
        }
    }
}
