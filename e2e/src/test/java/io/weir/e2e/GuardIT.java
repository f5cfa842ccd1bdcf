package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.service.ExitCode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A mass delete at the source, and what a person makes of it by commands. */
class GuardIT {
    private static final int FILES = 60;

    @TempDir
    Path folder;

    /** Runs a command against the pipeline in the folder, in this process: there are many. */
    private String weir(int exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit, arguments);
    }

    private static void fill(Path directory) throws IOException {
        Files.createDirectories(directory);
        for (int i = 0; i < FILES; i++) {
            Files.writeString(directory.resolve("f" + i), "x");
        }
    }

    private void awaitHeld(String replica, String... paths) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(0, "deadletters", "list", "--kind", "held", "--replica", replica))
                        .contains(Stream.of(paths).map(path -> " " + path).toList()));
    }

    @Test
    void massDeleteIsHeldThenDiscardedOrApproved() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Path config =
                Files.writeString(folder.resolve("config.yaml"), "applier:\n  sources:\n    - breaker.deletes: 20\n");
        fill(source.resolve("gone"));
        fill(source.resolve("kept"));
        try (WeirProcess up = WeirProcess.up(folder, source, List.of(one, two), "--config", config.toString())) {
            EventuallyEqual.await(source, List.of(one, two), path -> false, List.of(up));
            Shell.run(folder, "mv", source.resolve("gone").toString(), "moved away");
            Shell.run(folder, "mv", source.resolve("kept").toString(), "moved away too");
            awaitHeld("one", "gone", "kept");
            awaitHeld("two", "gone", "kept");
            assertThat(weir(ExitCode.ATTENTION.number(), "status")).contains("held", "weir approve");
            assertThat(one.resolve("gone/f1")).exists();
            assertThat(weir(0, "approve", "one", "gone", "--dry-run")).contains("gone");
            assertThat(one.resolve("gone/f1")).exists();

            assertThat(weir(0, "approve", "one", "/gone")).contains("1 held paths");
            assertThat(weir(0, "discard", "one", "/kept")).contains("the replica keeps", "--dry-run");
            assertThat(weir(0, "approve", "two", "--output", "json")).contains("\"paths\" : 2");

            EventuallyEqual.await(source, List.of(two), path -> false, List.of(up));
            await().atMost(EventuallyEqual.DEADLINE).until(() -> !Files.exists(one.resolve("gone")));
            assertThat(one.resolve("kept/f1")).exists();
            assertThat(weir(0, "deadletters", "list")).contains("no dead letters");
            assertThat(weir(0, "approve", "one")).contains("no dead letters");
            assertThat(weir(1, "approve", "one", "gone"))
                    .contains("no dead letter that is held matches the path 'gone' on replica one");
            assertThat(weir(1, "deadletters", "retry", "one"))
                    .contains("no dead letter to be retried matches the path 'one'; a replica is named with --replica");

            assertThat(weir(0, "baseline", "one", "nowhere", "--dry-run")).contains("nothing is there");
            assertThat(weir(0, "baseline", "one", "nowhere")).contains("1 paths");
            assertThat(weir(0, "baseline", "one")).contains("made equal");
            awaitHeld("one", "kept");
            weir(0, "approve", "one");
            EventuallyEqual.await(source, List.of(one, two), path -> false, List.of(up));
        }
    }
}
