package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.RelPath;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.apache.kafka.clients.producer.internals.BuiltInPartitioner;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Several agents with several sources each, several aggregators, and replicas that take what each of them wants. */
class ManySourcesIT {
    /** On four of the six partitions, so that each of two aggregators, with three partitions each, has a source at least. */
    private static final List<String> SOURCES = List.of("accounts", "builds", "docs", "photos");

    private static final int PARTITIONS = 6;

    @TempDir
    Path folder;

    @Test
    @Tag("sites")
    void eachReplicaHoldsWhatItTakesOfSourcesThatAggregatorsShare() throws Exception {
        assertThat(SOURCES.stream().map(ManySourcesIT::partition).distinct()).hasSameSizeAs(SOURCES);
        try (SmallSite site = SmallSite.setUp(folder)) {
            site.startServer();
            site.startAggregator("second");
            int one = site.startAgent("files1", SOURCES.get(0), SOURCES.get(1));
            int two = site.startAgent("files2", SOURCES.get(2), SOURCES.get(3));
            Path mine = Files.createDirectories(site.replica("some", "accounts").resolve("projects/mine"));
            Files.writeString(mine.resolve("own"), "of the backup host");
            site.startApplier(
                    "all",
                    site.taking("all", "accounts", one, "breaker.share: 1\n"),
                    site.taking("all", "builds", one, ""),
                    site.taking("all", "docs", two, ""),
                    site.taking("all", "photos", two, ""));
            WeirProcess some = site.startApplier("some", site.taking("some", "accounts", one, """
                            adopt: true
                            paths: [projects/alpha]
                            filters: [w1]
                            breaker.share: 1
                            rsync.bwlimit: 50m
                            """));
            site.startApplier(
                    "second", site.taking("second", "docs", two, ""), site.taking("second", "photos", two, ""));
            site.processes().forEach(WeirProcess::awaitRunning);
            Records records = Records.as(site.enroll("operator", "ann", ""));

            List<Path> projects = List.of(
                    site.source("accounts").resolve("projects/alpha"),
                    site.source("accounts").resolve("projects/beta"));
            churn(site, projects);
            Path alpha = projects.get(0);
            Path beta = projects.get(1);
            // Into what a replica takes, and out of it.
            Files.move(beta.resolve("w0"), alpha.resolve("of beta"));
            Files.move(alpha.resolve("w2"), beta.resolve("of alpha"));
            for (String source : SOURCES) {
                awaitEqual(site, "all", source, "", ManySourcesIT::isNothing);
            }
            awaitEqual(site, "second", "docs", "", ManySourcesIT::isNothing);
            awaitEqual(site, "second", "photos", "", ManySourcesIT::isNothing);
            awaitEqual(site, "some", "accounts", "projects/alpha", ManySourcesIT::isW1);
            assertThat(names(site.replica("some", "accounts").resolve("projects")))
                    .containsExactlyInAnyOrder("alpha", "mine");
            assertThat(names(site.replica("some", "accounts").resolve("projects/alpha")))
                    .contains("of beta")
                    .doesNotContain("w1", "w2");
            bothAggregatorsHaveWork(records);

            anotherChoiceIsMadeGood(site, some, beta);
            assertThat(mine.resolve("own")).hasContent("of the backup host");
        }
    }

    private static int partition(String source) {
        return BuiltInPartitioner.partitionForKey(source.getBytes(StandardCharsets.UTF_8), PARTITIONS);
    }

    private static boolean isNothing(RelPath path) {
        return false;
    }

    /** What one of the replicas filters. */
    private static boolean isW1(RelPath path) {
        return new String(path.name(), StandardCharsets.UTF_8).equals("w1");
    }

    private static List<String> names(Path directory) throws IOException {
        List<String> names = new ArrayList<>();
        try (var files = Files.list(directory)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    private static void churn(SmallSite site, List<Path> projects) throws Exception {
        List<Path> roots = new ArrayList<>(projects);
        SOURCES.stream().skip(1).map(site::source).forEach(roots::add);
        List<BackgroundChurn> running = new ArrayList<>();
        try {
            for (Path root : roots) {
                Files.createDirectories(root);
                running.add(BackgroundChurn.start(root, Churn.Plan.gentle(running.size())));
            }
            for (BackgroundChurn each : running) {
                each.awaitSteps(UnderChurn.STEPS);
            }
            for (BackgroundChurn each : running) {
                each.stop();
            }
        } finally {
            running.forEach(BackgroundChurn::close);
        }
    }

    /** Waits until a directory of a replica's source is equal to that of the source. */
    private static void awaitEqual(
            SmallSite site, String replica, String source, String below, Predicate<RelPath> skipped) {
        EventuallyEqual.await(
                site.source(source).resolve(below),
                List.of(site.replica(replica, source).resolve(below)),
                skipped,
                site.processes());
    }

    private static void bothAggregatorsHaveWork(Records records) {
        await("batches of both aggregators").atMost(EventuallyEqual.DEADLINE).until(() -> {
            Map<String, Status> all = records.statuses();
            return List.of("aggregator/server", "aggregator/second").stream()
                    .allMatch(name -> all.containsKey(name)
                            && all.get(name).getCounters().getOrDefault("weir.aggregator.batches", 0L) > 0);
        });
    }

    /** A path that is added later is brought, and one that is taken away stays as it is. */
    private static void anotherChoiceIsMadeGood(SmallSite site, WeirProcess applier, Path beta) throws Exception {
        applier.close();
        site.change("applier", "some", "paths: [projects/alpha]", "paths: [projects/alpha, projects/beta]");
        applier.restart();
        applier.awaitRunning();
        awaitEqual(site, "some", "accounts", "projects/alpha", ManySourcesIT::isW1);
        awaitEqual(site, "some", "accounts", "projects/beta", ManySourcesIT::isW1);

        applier.close();
        site.change("applier", "some", "paths: [projects/alpha, projects/beta]", "paths: [projects/beta]");
        applier.restart();
        applier.awaitRunning();
        Path source = beta.resolveSibling("alpha");
        Path replica = site.replica("some", "accounts").resolve("projects/alpha");
        List<String> before = names(replica);
        Shell.run(source.getParent(), "rm", "-rf", source.toString());
        Files.writeString(beta.resolve("later"), "content");
        awaitEqual(site, "some", "accounts", "projects/beta", ManySourcesIT::isW1);
        awaitEqual(site, "all", "accounts", "", ManySourcesIT::isNothing);
        assertThat(names(replica)).isEqualTo(before);
    }

    @Test
    @Tag("extended")
    void sourceThatNobodyServesIsToldAndGoesOnWhenItAppears() throws Exception {
        try (SmallSite site = SmallSite.setUp(folder)) {
            site.startServer();
            int rsync = site.startAgent("files1", "accounts");
            site.startApplier(
                    "backup1",
                    site.taking("backup1", "accounts", rsync, ""),
                    site.taking("backup1", "later", rsync, ""));
            site.processes().forEach(WeirProcess::awaitRunning);
            Path operator = site.enroll("operator", "ann", "");
            Files.writeString(site.source("accounts").resolve("file"), "content");
            awaitEqual(site, "backup1", "accounts", "", ManySourcesIT::isNothing);
            await("the state of what nobody serves")
                    .atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(
                            () -> assertThat(site.weir(ExitCode.ATTENTION, "status", "--config", operator.toString()))
                                    .containsPattern("applier/backup1/later +retrying")
                                    .contains("no agent says that it serves a source 'later'"));

            // On another host, as it would be; the applier only needs to find it where it looks.
            Path later = Files.createDirectories(site.source("later"));
            Files.writeString(later.resolve("file"), "content");
            site.change(
                    "agent",
                    "files1",
                    "agent.sources:\n",
                    "agent.sources:\n  - name: later\n    root: " + later + "\n");
            site.restart("agent-files1");
            awaitEqual(site, "backup1", "later", "", ManySourcesIT::isNothing);
            Files.writeString(later.resolve("another"), "content");
            awaitEqual(site, "backup1", "later", "", ManySourcesIT::isNothing);
            await("the state when it is served")
                    .atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(site.weir(ExitCode.OK, "status", "--config", operator.toString()))
                            .containsPattern("applier/backup1/later +(running|idle)"));
        }
    }
}
