package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.cli.Main;
import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A checkpoint outlives the stages that carry it, and comes no sooner for that. */
class CheckpointFaultsIT {
    @TempDir
    Path folder;

    @Test
    @Tag("extended")
    void aCheckpointIsPassedAfterTheKillOfAnyStageAndNotBeforeWhatIsBeforeIt() throws Exception {
        try (Stages stages = StagesPlan.in(folder).hasty().start()) {
            stages.awaitEqual();
            for (String stage : List.of("agent", "aggregator", "applier-1")) {
                stages.process(stage).kill();
                Path file = Files.writeString(stages.source().resolve("while " + stage + " is away"), stage);

                String id = weir(ExitCode.OK, stages, "checkpoint", "create", "-o", "table")
                        .lines()
                        .findFirst()
                        .orElseThrow();
                assertThat(weir(ExitCode.TIMEOUT, stages, "checkpoint", "wait", id, "--timeout", "2s"))
                        .contains("waiting");
                stages.process(stage).restart();

                assertThat(weir(ExitCode.OK, stages, "checkpoint", "wait", id)).doesNotContain("waiting");
                for (Path replica : stages.replicas()) {
                    assertThat(replica.resolve(file.getFileName())).hasContent(stage);
                }
            }
        }
    }

    private String weir(ExitCode exit, Stages stages, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", folder.resolve("agent.yaml").toString()));
        StringWriter out = new StringWriter();
        StringWriter err = new StringWriter();
        assertThat(Main.run(new PrintWriter(out, true), new PrintWriter(err, true), all.toArray(String[]::new)))
                .as("%s: %s %s %s", all, out, err, stages.processes().get(0).logTail())
                .isEqualTo(exit.number());
        return out.toString();
    }
}
