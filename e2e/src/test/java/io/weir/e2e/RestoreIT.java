package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was overwritten and deleted is brought back from a replica's trash. */
@Tag("extended")
class RestoreIT {
    @TempDir
    Path folder;

    private String weir(ExitCode exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit.number(), arguments);
    }

    @Test
    void earlierVersionOfAFileAndADeletedTreeComeBack() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("one");
        Path config =
                Files.writeString(folder.resolve("config.yaml"), "applier:\n  sources:\n    - trash.enabled: true\n");
        Path plan = Files.writeString(source.resolve("plan"), "first");
        Files.createDirectories(source.resolve("tree/below"));
        Files.writeString(source.resolve("tree/below/deep"), "deep");
        try (WeirProcess up = WeirProcess.up(folder, source, List.of(replica), "--config", config.toString())) {
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            String first = Instant.now().toString();
            Files.writeString(plan, "the second");
            Shell.run(folder, "rm", "-r", source.resolve("tree").toString());
            weir(ExitCode.OK, "checkpoint", "create", "--wait");
            String second = Instant.now().toString();
            Files.writeString(plan, "the third one");
            weir(ExitCode.OK, "checkpoint", "create", "--wait");

            assertThat(weir(ExitCode.OK, "history", "plan", "--versions").lines())
                    .satisfiesExactly(
                            line -> assertThat(line).startsWith("REPLICA"),
                            line -> assertThat(line).startsWith("one ").contains(" still there ", " 13 "),
                            line -> assertThat(line).startsWith("one ").contains(" 10 "),
                            line -> assertThat(line).startsWith("one ").contains(" 5 "));
            assertThat(weir(ExitCode.OK, "history", ".", "--versions", "-o", "json"))
                    .contains("\"path\" : \"tree\"", "\"type\" : \"directory\"");

            assertThat(weir(ExitCode.OK, "restore", "plan", "tree", "--as-of", first, "--to", "back"))
                    .contains(
                            "4 entries", replica.resolve(".weir/restored/back").toString(), "rsync -ain ");
            assertThat(replica.resolve(".weir/restored/back/plan")).hasContent("first");
            assertThat(replica.resolve(".weir/restored/back/tree/below/deep")).hasContent("deep");
            assertThat(weir(ExitCode.ATTENTION, "restore", plan.toString(), "tree", "--as-of", second, "-o", "json"))
                    .contains("\"entries\" : 1", "\"absent\" : 1", "\"bytes\" : 10");

            assertThat(weir(ExitCode.FAILURE, "restore", "plan", "--as-of", first, "--to", "../../../out"))
                    .contains("refused");
            assertThat(folder.resolve("out")).doesNotExist();
            assertThat(weir(ExitCode.OK, "verify", "one")).contains("no drift");
        }
    }
}
