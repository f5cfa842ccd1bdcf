package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.cli.Main;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A file server is lost while it is written to, a replica takes its place, and it comes back as a replica. */
@Tag("extended")
@Order(1)
class FailoverIT {
    /** Slow: what is asked here is which changes arrived, not how many. */
    private static final Churn.Plan CHURN = Churn.Plan.gentle(1).pausing(Duration.ofMillis(100));

    @TempDir
    Path folder;

    private final List<WeirProcess> more = new ArrayList<>();
    private int port;

    private String weir(ExitCode exit, String... arguments) {
        return weirOf("agent", exit, arguments);
    }

    private String weirOf(String stage, ExitCode exit, String... arguments) {
        List<String> all = new ArrayList<>(List.of(arguments));
        all.addAll(List.of("--config", folder.resolve(stage + ".yaml").toString()));
        StringWriter[] output = new StringWriter[1];
        // A command gives up when Kafka is slow to answer; a test waits for a machine that is busy.
        int ended = await("weir " + all)
                .atMost(EventuallyEqual.DEADLINE)
                .until(
                        () -> {
                            output[0] = new StringWriter();
                            PrintWriter both = new PrintWriter(output[0], true);
                            return Main.run(both, both, all.toArray(String[]::new));
                        },
                        now -> now != ExitCode.UNAVAILABLE.number());
        assertThat(ended).as("%s: %s", all, output[0]).isEqualTo(exit.number());
        return output[0].toString();
    }

    private WeirProcess start(String stage, String command) throws IOException {
        WeirProcess process = WeirProcess.start(
                folder.resolve(stage + ".log"),
                command,
                "--config",
                folder.resolve(stage + ".yaml").toString());
        more.add(process);
        return process;
    }

    /** A file of the settings of another stage's, with something else in it. */
    private void settings(String stage, String like, String... replacements) throws IOException {
        String text = Files.readString(folder.resolve(like + ".yaml"));
        for (int i = 0; i < replacements.length; i += 2) {
            assertThat(text).containsPattern(replacements[i]);
            text = text.replaceAll(replacements[i], replacements[i + 1]);
        }
        Files.writeString(folder.resolve(stage + ".yaml"), text);
    }

    private static List<String> marks(Path root) throws IOException {
        try (Stream<Path> own = Files.list(root.resolve(".weir"))) {
            return own.map(each -> each.getFileName().toString().replaceAll("-.*", ""))
                    .filter(each -> each.equals("id") || each.equals("replica"))
                    .toList();
        }
    }

    private static TreeSnapshot snapshot(Path root) throws IOException {
        return TreeSnapshot.of(root, path -> false);
    }

    @Test
    void lostSourceIsFollowedByAReplicaAndComesBackAsOne() throws Exception {
        port = Ports.free();
        try (Stages stages = StagesPlan.in(folder).hasty().start()) {
            Path old = stages.source();
            Path successor = stages.replicas().get(0);
            Path kept = Files.writeString(old.resolve("kept"), "arrived");
            Path gone = Files.writeString(old.resolve("gone late"), "arrived");
            Path changed = Files.writeString(old.resolve("changed"), "arrived");
            TreeSnapshot arrived = loseUnderChurn(stages, gone, changed);
            promote(stages, arrived);
            assertThat(successor.resolve("gone late")).hasContent("arrived");
            assertThat(successor.resolve("changed")).hasContent("arrived");

            settings(
                    "agent-2",
                    "agent",
                    "root: .*",
                    "root: " + successor,
                    "rsyncd.port: .*",
                    "rsyncd.port: " + port,
                    "agent-state",
                    "agent-2-state");
            start("agent-2", "agent").awaitRunning();
            Files.writeString(successor.resolve("changed"), "by the new source");
            Files.createDirectories(successor.resolve("new/deep"));
            Files.writeString(successor.resolve("new/deep/file"), "new");
            otherReplicaFollows(stages, successor);
            formerSourceIsNotServed(stages);
            assertThat(weir(ExitCode.OK, "promote", "replica-1", "--execute")).contains("is the source already");
            comeBack(old, successor);

            Files.writeString(successor.resolve("later"), "after the return");
            Files.delete(successor.resolve("kept"));
            EventuallyEqual.await(successor, List.of(old, stages.replicas().get(1)), path -> false, more);
            assertThat(kept).doesNotExist();
            promotedReplicaStaysAlone(stages, successor);
            goBack(stages, old, successor);
        } finally {
            for (WeirProcess process : more) {
                process.close();
            }
        }
    }

    /** What the replica has that is to follow, which paused before the last changes. */
    private TreeSnapshot loseUnderChurn(Stages stages, Path gone, Path changed) throws Exception {
        Path old = stages.source();
        Path work = Files.createDirectories(old.resolve("work"));
        // What a baseline brought is in a batch too, which would count as not arrived until it is applied.
        weir(ExitCode.OK, "checkpoint", "create", "--wait");
        try (BackgroundChurn churn = BackgroundChurn.start(work, CHURN)) {
            churn.awaitSteps(30);
            awaitContent(stages.replicas().get(0).resolve("changed"), "arrived");
            awaitContent(stages.replicas().get(0).resolve("gone late"), "arrived");
            awaitContent(stages.replicas().get(0).resolve("kept"), "arrived");
            weir(ExitCode.OK, "pause", "replica-1");
            Files.delete(gone);
            Files.writeString(changed, "too late");
            Path late = Files.writeString(old.resolve("new\nlate"), "too late");
            Files.createDirectories(old.resolve("late/deep"));
            Files.writeString(old.resolve("late/deep/file"), "too late");
            awaitContent(stages.replicas().get(1).resolve(old.relativize(late)), "too late");
            assertThat(weir(ExitCode.CONFLICT, "promote", "replica-1", "--execute"))
                    .contains("ALIVE", "refused; the agent of the source is alive");
            churn.awaitSteps(10);
            stages.process("agent").killWithChildren();
            churn.stop();
        }
        Files.writeString(old.resolve("never published"), "nobody saw this");
        return snapshot(stages.replicas().get(0));
    }

    private static void awaitContent(Path file, String content) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(file).exists().hasContent(content));
    }

    private void promote(Stages stages, TreeSnapshot arrived) throws Exception {
        Path successor = stages.replicas().get(0);
        await("the silence of the agent")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() ->
                        assertThat(weir(ExitCode.OK, "promote", "replica-1")).contains("gone: it said last"));
        assertThat(weir(ExitCode.OK, "promote", "replica-1"))
                .contains("nothing was changed; --execute does it", "WARNING   replica replica-2 has applied batches")
                .contains("gone late", "changed", "new\\x0alate", "  late")
                .doesNotContain("never published", "kept");
        assertThat(marks(successor)).containsExactly("replica");

        String said =
                weir(ExitCode.OK, "promote", "replica-1", "--execute", "--reason", "the drill", "--all", "-o", "json");

        assertThat(said)
                .contains("is the source now", "\"path\" : \"gone late\"", "\"path\" : \"changed\"")
                .contains(
                        "\"path\" : \"new\\\\x0alate\"",
                        "\"path\" : \"late",
                        "\"agentAlive\" : false",
                        "\"state\" : \"promoted\"");
        assertThat(marks(successor)).containsExactly("id");
        assertThat(TreeDiff.between(arrived, snapshot(successor)).isEmpty())
                .as("nothing that had arrived is lost")
                .isTrue();
        assertThat(weir(ExitCode.OK, "promote", "replica-1", "--execute")).contains("is the source already");
    }

    /** By its url alone, also with what it had more. */
    private void otherReplicaFollows(Stages stages, Path successor) throws Exception {
        WeirProcess applier = stages.process("applier-2");
        applier.close();
        settings(
                "applier-2",
                "applier-2",
                "url: rsync://weir@127.0.0.1:\\d+/",
                "url: rsync://weir@127.0.0.1:" + port + "/");
        applier.restart();
        applier.awaitRunning();
        EventuallyEqual.await(successor, List.of(stages.replicas().get(1)), path -> false, more);
        assertThat(marks(stages.replicas().get(1))).containsExactly("replica");
    }

    private static void formerSourceIsNotServed(Stages stages) throws Exception {
        WeirProcess agent = stages.process("agent");
        agent.restart();
        assertThat(agent.awaitExit()).isEqualTo(ExitCode.CONFLICT.number());
        assertThat(agent.log()).contains("source data was promoted to replica replica-1", "weir demote");
    }

    private void comeBack(Path old, Path successor) throws Exception {
        settings("home", "applier-2", "replica: replica-2", "replica: home", "root: .*", "root: " + old);
        TreeSnapshot before = snapshot(old);
        assertThat(weirOf("home", ExitCode.OK, "demote", "--show", "1000"))
                .contains(
                        "nothing was changed",
                        "extra      never published",
                        "extra      new\\x0alate",
                        "extra      late/deep/file")
                .contains("different  changed  (");
        assertThat(TreeDiff.between(before, snapshot(old)).isEmpty()).isTrue();
        assertThat(marks(old)).containsExactly("id");

        assertThat(weirOf("home", ExitCode.OK, "demote", "--execute", "-o", "json"))
                .contains("\"executed\" : true", "it is a replica now");

        assertThat(TreeDiff.between(before, snapshot(old)).isEmpty()).isTrue();
        assertThat(marks(old)).containsExactly("replica");
        String listed = listed(old);
        assertThat(listed).contains("extra      never published\n", "extra      late\n", "different  changed");
        start("home", "applier").awaitRunning();
        EventuallyEqual.await(successor, List.of(old), path -> false, more);
        assertThat(listed(old)).as("the list stays").isEqualTo(listed);
        assertThat(weirOf("home", ExitCode.OK, "demote")).contains("is a replica of the new source already");
    }

    /** In the planned way, to the agent that knows the tree of before, and an applier that finds that it is one again. */
    private void goBack(Stages stages, Path old, Path successor) throws Exception {
        more.get(0).close();
        await("all that the new source published")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(
                        () -> assertThat(weir(ExitCode.OK, "promote", "home")).contains("behind    not at all"));
        assertThat(weir(ExitCode.OK, "promote", "home", "--execute"))
                .contains("behind    not at all", "home: is the source now");
        stages.process("agent").restart();
        stages.process("agent").awaitRunning();
        Files.writeString(old.resolve("back"), "again");

        assertThat(weirOf("applier-1", ExitCode.OK, "demote", "--execute")).contains("it is a replica now");

        EventuallyEqual.await(
                old, List.of(successor), path -> false, List.of(stages.process("agent"), stages.process("applier-1")));
        assertThat(marks(old)).containsExactly("id");
        assertThat(marks(successor)).containsExactly("replica");
    }

    private static String listed(Path root) throws IOException {
        try (Stream<Path> own = Files.list(root.resolve(".weir"))) {
            Path newest = own.filter(each -> each.getFileName().toString().startsWith("only-here-"))
                    .max(Path::compareTo)
                    .orElseThrow();
            return Files.readString(newest);
        }
    }

    private void promotedReplicaStaysAlone(Stages stages, Path successor) throws Exception {
        stages.restart("applier-1");
        stages.awaitStatus(
                "applier/replica-1/data",
                status -> status.getState() == ComponentState.PROMOTED && status.getIntervalMillis() == 500);
        assertThat(marks(successor)).containsExactly("id");
        assertThat(weir(ExitCode.CONFLICT, "resume", "replica-1"))
                .contains("was promoted, and is the source 'data' itself");
        Status status = stages.records().statuses().get("applier/replica-1/data");
        assertThat(String.valueOf(status.getMessage())).contains("its directory " + successor);
    }
}
