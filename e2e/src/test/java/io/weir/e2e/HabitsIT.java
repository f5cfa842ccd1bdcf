package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.Main;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Settings are checked and taken by SIGHUP while the stages run, and cron makes a replica equal without them. */
@Tag("extended")
class HabitsIT {
    @TempDir
    Path folder;

    private int rsyncPort;

    private static String weir(ExitCode exit, String... arguments) {
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        assertThat(Main.run(both, both, arguments)).as(output.toString()).isEqualTo(exit.number());
        return output.toString();
    }

    private Path settings(String stage) {
        return folder.resolve(stage + ".yaml");
    }

    private void change(String stage, String what, String with) throws IOException {
        String before = Files.readString(settings(stage));
        assertThat(before).contains(what);
        Files.writeString(settings(stage), before.replaceFirst(what, with));
    }

    private void append(String stage, String lines) throws IOException {
        Files.writeString(settings(stage), lines, StandardOpenOption.APPEND);
    }

    /** Has a stage read its settings again, and waits for what it says of that. */
    private static void reload(Stages stages, String stage, String says) throws IOException {
        WeirProcess process = stages.process(stage);
        int before = process.log().length();
        process.hangUp();
        await(stage + " says: " + says)
                .atMost(EventuallyEqual.DEADLINE)
                .failFast("it ended", () -> !process.isAlive())
                .until(() -> process.log().substring(before).contains(says));
    }

    private static void awaitIn(Path file, String content) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(file).exists().hasContent(content));
    }

    @Test
    void settingsAreTakenWithoutARestart() throws Exception {
        rsyncPort = Ports.free();
        StagesPlan plan = StagesPlan.in(folder).rsyncPort(rsyncPort);
        try (Stages stages = plan.start()) {
            Path first = stages.replicas().get(0);
            Files.writeString(stages.source().resolve("before"), "x");
            stages.awaitEqual();

            aFilterIsTaken(stages, first);
            whatIsWrongChangesNothing(stages, first);
            aSourceIsAdded(stages);
            whatNeedsARestartIsNamed(stages);
            cronTakesOver(stages, first);
        }
    }

    private void aFilterIsTaken(Stages stages, Path replica) throws IOException {
        append("applier-1", "    filters: ['*.skip']\n");
        assertThat(weir(ExitCode.OK, "check-config", settings("applier-1").toString()))
                .isEqualToNormalizingNewlines("applier: ok, replica replica-1, 1 source\n");
        reload(stages, "applier-1", "settings reloaded");
        assertThat(stages.process("applier-1").log())
                .contains("changed=[applier.sources[data].filters] needRestart=[]");

        Files.writeString(stages.source().resolve("a.skip"), "x");
        Files.writeString(stages.source().resolve("a.take"), "y");
        awaitIn(replica.resolve("a.take"), "y");
        awaitIn(stages.replicas().get(1).resolve("a.skip"), "x");
        assertThat(replica.resolve("a.skip")).doesNotExist();
    }

    private void whatIsWrongChangesNothing(Stages stages, Path replica) throws IOException {
        String right = Files.readString(settings("applier-1"));
        append("applier-1", "applier.max.processes: none\n");
        assertThat(weir(ExitCode.SETTINGS, "check-config", settings("applier-1").toString()))
                .contains("applier.max.processes: 'none': must be a whole number");
        reload(stages, "applier-1", "settings not reloaded, it goes on with those it has");

        stages.awaitStatus(
                "applier/replica-1/data",
                status -> String.valueOf(status.getMessage()).contains("the settings file is not taken"));
        Files.writeString(stages.source().resolve("b.take"), "z");
        awaitIn(replica.resolve("b.take"), "z");
        Files.writeString(settings("applier-1"), right);
    }

    private void aSourceIsAdded(Stages stages) throws IOException {
        Path more = Files.createDirectory(folder.resolve("more"));
        Files.writeString(more.resolve("old"), "from before");
        change("agent", "agent.rsyncd.port", "  - name: more\n    root: " + more + "\nagent.rsyncd.port");
        reload(stages, "agent", "settings reloaded");
        Path copy = folder.resolve("replica-of-more");
        append("applier-1", """
                  - name: more
                    root: %s
                    url: rsync://weir@127.0.0.1:%d/more/
                    secrets.file: %s
                """.formatted(copy, rsyncPort, folder.resolve("secret")));
        reload(stages, "applier-1", "settings reloaded");
        awaitIn(copy.resolve("old"), "from before");
        Files.writeString(more.resolve("new"), "just now");
        awaitIn(copy.resolve("new"), "just now");
        Files.writeString(stages.source().resolve("c.take"), "still");
        awaitIn(stages.replicas().get(0).resolve("c.take"), "still");
    }

    private void whatNeedsARestartIsNamed(Stages stages) throws IOException {
        append("agent", "agent.status.interval: 7 s\n");
        reload(stages, "agent", "need a restart of this process to be taken: agent.status.interval");
        append("aggregator", "aggregator.window.quiet: 30 ms\n");
        reload(stages, "aggregator", "need a restart of this process to be taken: aggregator.window.quiet");
        assertThat(stages.process("agent").isAlive()).isTrue();
        assertThat(stages.process("aggregator").isAlive()).isTrue();
    }

    private void cronTakesOver(Stages stages, Path replica) throws IOException {
        String[] sync = {"sync", "--once", "--config", settings("applier-1").toString(), "--source", "data"};
        assertThat(weir(ExitCode.CONFLICT, sync)).contains("another applier works on " + replica, "`weir baseline`");

        stages.process("applier-1").close();
        String position = stages.position(1);
        Files.writeString(stages.source().resolve("d.take"), "by cron");
        assertThat(weir(ExitCode.OK, sync)).contains("replica-1/data: ", "equal");
        assertThat(replica.resolve("d.take")).hasContent("by cron");
        assertThat(stages.position(1)).isEqualTo(position);

        stages.process("agent").close();
        assertThat(weir(ExitCode.UNAVAILABLE, sync)).contains("replica-1/data: asking rsync://");
        assertThat(replica.resolve("d.take")).hasContent("by cron");
    }
}
