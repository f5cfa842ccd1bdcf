package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A part of the history that is applied again to a replica that lost what it had brought. */
@Tag("extended")
class ReplayIT {
    private static final int FILES = 50;

    @TempDir
    Path folder;

    /** Runs a command against the pipeline in the folder, in this process: there are many. */
    private String weir(int exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit, arguments);
    }

    @Test
    void lostPartOfTheTreeIsBroughtBackByItsHourAndNothingElseIs() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("one");
        Files.writeString(source.resolve("before"), "before that time");
        try (WeirProcess up = WeirProcess.up(folder, source, List.of(replica))) {
            // The first start's rescan of the source is a batch too, which may come late.
            up.awaitRunning();
            weir(0, "checkpoint", "create", "--wait");
            String from = Instant.now().toString();
            Files.createDirectory(source.resolve("hour"));
            for (int i = 0; i < FILES; i++) {
                Files.writeString(source.resolve("hour/f" + i), "of that time");
            }
            Files.writeString(source.resolve("kept"), "of that time");
            weir(0, "checkpoint", "create", "--wait");
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            Shell.run(folder, "rm", "-r", replica.resolve("hour").toString());
            Files.delete(replica.resolve("before"));

            assertThat(weir(0, "replay", "--replica", "one", "--from", from, "--show", "100"))
                    .contains(
                            "batches, offsets ",
                            (FILES + 1) + " would be sent",
                            "send    hour/f7",
                            "Nothing was changed")
                    .doesNotContain("send    before", "send    kept");
            assertThat(weir(0, "replay", "--replica", "one", "--from", from, "--path", "f7", "-o", "json"))
                    .contains("\"fromOffset\" : ", "\"sentPaths\" : [");
            assertThat(replica.resolve("hour")).doesNotExist();
            assertThat(weir(0, "replay", "--replica", "one", "--from", "3d", "--to", "2d", "--execute"))
                    .contains("no batch of that time");

            assertThat(weir(0, "replay", "--replica", "one", "--from", from, "--execute"))
                    .contains("are reconciled");
            EventuallyEqual.await(
                    source, List.of(replica), path -> path.toString().equals("before"), List.of(up));
            assertThat(replica.resolve("before")).doesNotExist();
            await().atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(weir(0, "status")).doesNotContain("replays: "));

            new Records(folder.resolve("data/weir.yaml")).expireBatches();
            assertThat(weir(ExitCode.FAILURE.number(), "replay", "--replica", "one", "--from", from, "--execute"))
                    .contains("has dropped the batches", "weir baseline");
        }
    }
}
