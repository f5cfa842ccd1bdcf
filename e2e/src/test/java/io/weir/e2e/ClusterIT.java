package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.parallel.Isolated;

/** The compose file with two sources, two aggregators and three backup hosts, under churn of both sources, while parts of it fail. */
@Tag("cluster")
@Isolated("a cluster is enough for a machine")
@TestInstance(Lifecycle.PER_CLASS)
class ClusterIT {
    private static final int STILL_FILES = 50;
    private static final int PROBES = Integer.getInteger("weir.cluster.probes", 30);
    /** Longer than elsewhere: a dozen processes share one machine, and every change is pulled three times. */
    private static final Duration PAUSE = Duration.ofMillis(150);

    private static final long STEPS = 150;

    private Cluster cluster;

    @BeforeAll
    void start() throws Exception {
        cluster = Cluster.start();
        for (String source : Cluster.SOURCES) {
            NoUnexplainedDelete.makeFiles(cluster.source(source), STILL_FILES);
        }
        awaitEqual();
    }

    @AfterAll
    void stop() {
        if (cluster != null) {
            cluster.close();
        }
    }

    /** What happens in the middle of churn. */
    @FunctionalInterface
    private interface Fault {
        void happen(List<BackgroundChurn> churn) throws Exception;
    }

    private void underChurn(String what, Fault fault) throws Exception {
        long seed = Seeds.next(what);
        List<BackgroundChurn> churn = new ArrayList<>();
        List<NoUnexplainedDelete> watches = new ArrayList<>();
        try {
            for (String source : Cluster.SOURCES) {
                Path directory = Files.createDirectories(cluster.source(source).resolve("churn"));
                churn.add(BackgroundChurn.start(
                        directory, Churn.Plan.gentle(seed + churn.size()).pausing(PAUSE)));
                watches.add(NoUnexplainedDelete.watch(cluster.source(source), cluster.replicas(source)));
            }
            goOn(churn);
            fault.happen(churn);
            goOn(churn);
            for (BackgroundChurn each : churn) {
                each.stop();
            }
            awaitEqual();
            for (NoUnexplainedDelete watch : watches) {
                watch.assertNone();
            }
        } finally {
            churn.forEach(BackgroundChurn::close);
            watches.forEach(NoUnexplainedDelete::close);
        }
    }

    private static void goOn(List<BackgroundChurn> churn) {
        churn.forEach(each -> each.awaitSteps(STEPS));
    }

    private void awaitEqual() {
        try {
            for (String source : Cluster.SOURCES) {
                EventuallyEqual.await(cluster.source(source), cluster.replicas(source), path -> false, List.of());
            }
        } catch (AssertionError e) {
            throw new AssertionError(e.getMessage() + "\n" + cluster.logs(), e);
        }
    }

    /** Prints how late files are on each backup host; speed is told, not tested. */
    @Test
    void threeBackupHostsFollowTwoFileServers() throws Exception {
        underChurn("cluster", churn -> {
            Map<Path, List<Long>> lags = new LinkedHashMap<>();
            Path source = cluster.source("files1");
            for (int i = 0; i < PROBES; i++) {
                Path probe = source.resolve("probe-" + i);
                long written = System.nanoTime();
                Files.writeString(probe, "probe " + i);
                for (Path replica : cluster.replicas("files1")) {
                    await(probe + " in " + replica)
                            .pollDelay(Duration.ZERO)
                            .pollInterval(Duration.ofMillis(5))
                            .atMost(EventuallyEqual.DEADLINE)
                            .until(() -> Files.exists(replica.resolve(probe.getFileName())));
                    lags.computeIfAbsent(replica, r -> new ArrayList<>()).add(System.nanoTime() - written);
                }
            }
            lags.forEach((replica, all) -> {
                all.sort(null);
                System.out.printf(
                        "cluster: lag of %s under churn: p50 %d ms, longest %d ms%n",
                        replica,
                        TimeUnit.NANOSECONDS.toMillis(all.get(all.size() / 2)),
                        TimeUnit.NANOSECONDS.toMillis(all.get(all.size() - 1)));
            });
        });
        assertThat(cluster.command("topics", "check")).contains("all topics are as they should be");
        assertThat(cluster.command("status")).contains("backup1", "backup2", "backup3", "files1", "files2");
        await("the web page")
                .atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(cluster.page()).contains("backup1", "backup2", "backup3", "files1"));
    }

    @Test
    void aKilledBrokerIsNotMissed() throws Exception {
        underChurn("killed broker", churn -> {
            cluster.kill("kafka2");
            goOn(churn);
            Path alone = Files.writeString(cluster.source("files1").resolve("with-two-brokers"), "two are enough");
            awaitThere(alone);
            cluster.startAgain("kafka2");
        });
        cluster.awaitHealthy();
    }

    private void awaitThere(Path file) {
        for (Path replica : cluster.replicas("files1")) {
            await(file + " in " + replica)
                    .atMost(EventuallyEqual.DEADLINE)
                    .until(() -> Files.exists(replica.resolve(file.getFileName())));
        }
    }

    @Test
    void theOtherAggregatorTakesOver() throws Exception {
        for (String aggregator : Cluster.AGGREGATORS) {
            underChurn("killed " + aggregator, churn -> {
                cluster.kill(aggregator);
                goOn(churn);
                awaitThere(
                        Files.writeString(cluster.source("files1").resolve("without-" + aggregator), "one is enough"));
                cluster.startAgain(aggregator);
            });
            cluster.awaitHealthy();
        }
    }

    @Test
    void aBackupHostThatWasKilledCatchesUp() throws Exception {
        underChurn("killed backup host", churn -> {
            cluster.kill("backup2");
            goOn(churn);
            cluster.startAgain("backup2");
        });
        cluster.awaitHealthy();
    }

    @Test
    void aFourthReplicaIsFilledAndThenFollows() throws Exception {
        underChurn("fourth replica", churn -> {
            cluster.joinFourth();
            goOn(churn);
        });
        assertThat(cluster.replicas("files1")).hasSize(Cluster.BACKUPS.size() + 1);
        underChurn("four replicas", churn -> {});
    }

    @Test
    void everythingIsRestartedInTurn() throws Exception {
        underChurn("rolling restart", churn -> {
            for (List<String> services : List.of(
                    Cluster.BROKERS, List.of("registry"), Cluster.SOURCES, Cluster.AGGREGATORS, Cluster.BACKUPS)) {
                services.forEach(cluster::restart);
            }
        });
        cluster.awaitHealthy();
    }
}
