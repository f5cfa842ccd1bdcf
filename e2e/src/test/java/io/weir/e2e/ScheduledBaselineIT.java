package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A baseline that the clock begins. */
@Tag("faults")
class ScheduledBaselineIT {
    @TempDir
    Path folder;

    @Test
    void whatNoEventToldIsMendedByTheClock() throws Exception {
        Path source = Files.createDirectories(folder.resolve("source"));
        Path replica = folder.resolve("replica");
        Files.writeString(source.resolve("lost"), "kept at the source");
        Path config = Files.writeString(
                folder.resolve("config.yaml"), "applier:\n  sources:\n    - baseline.schedule: \"* * * * *\"\n");
        try (WeirProcess up = WeirProcess.up(folder, source, List.of(replica), "--config", config.toString())) {
            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            // Behind what a first start makes equal, which would mend it too.
            InProcess.weir(folder.resolve("data"), ExitCode.OK.number(), "checkpoint", "create", "--wait");

            Files.delete(replica.resolve("lost"));
            Files.writeString(replica.resolve("stray"), "nobody's");

            EventuallyEqual.await(source, List.of(replica), path -> false, List.of(up));
            await().atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(new Records(folder.resolve("data/weir.yaml")).results("replica"))
                            .anyMatch(result -> result.getMessage() != null
                                    && result.getMessage().contains("by baseline.schedule")
                                    && result.getUpdated() > 0));
        }
    }
}
