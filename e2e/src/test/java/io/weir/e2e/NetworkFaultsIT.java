package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.e2e.WeirProcess.Surroundings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** File server, Kafka and two backup hosts, each with a network of its own that is cut, slowed down and mended. */
class NetworkFaultsIT {
    private static final String FILES = "files";
    private static final String KAFKA = "kafka";

    @TempDir
    Path folder;

    private StagesPlan plan(Lan lan) {
        return StagesPlan.in(folder)
                .hasty()
                .hosts(lan.address(KAFKA), lan.address(FILES))
                .surroundings("broker", on(lan, KAFKA))
                .surroundings("aggregator", on(lan, KAFKA))
                .surroundings("agent", on(lan, FILES))
                .surroundings("applier-1", on(lan, "one"))
                .surroundings("applier-2", on(lan, "two"));
    }

    private static Surroundings on(Lan lan, String host) {
        return Surroundings.PLAIN.behind(lan.on(host));
    }

    @Test
    @Tag("extended")
    void aBackupHostThatIsCutOffHoldsUpNobodyAndCatchesUp() throws Exception {
        long seed = Seeds.next("network cut");
        try (Lan lan = Lan.of(FILES, KAFKA, "one", "two")) {
            UnderChurn.run(plan(lan), seed, during -> {
                Stages stages = during.stages();
                lan.cut("one");
                Path behind = Files.writeString(stages.source().resolve("behind the cut"), "x");
                during.churnOn();
                during.churn().stop();
                stages.awaitEqual(2);
                assertThat(stages.replicas().get(0).resolve(behind.getFileName()))
                        .doesNotExist();
                during.assertNoUnexplainedDelete();
                lan.heal("one");
            });
        }
    }

    /** Each host in turn, Kafka and the file server too, in the middle of churn; and pulls that a slow line stretches. */
    @Test
    @Tag("faults")
    void replicasEqualTheSourceAfterEveryCutAndASlowLine() throws Exception {
        long seed = Seeds.next("network cuts and a slow line");
        try (Lan lan = Lan.of(FILES, KAFKA, "one", "two")) {
            UnderChurn.run(plan(lan), seed, during -> {
                Stages stages = during.stages();
                for (String host : new String[] {"two", KAFKA, FILES}) {
                    lan.cut(host);
                    during.churn().awaitTime(StagesPlan.LONGER_THAN_A_SESSION);
                    lan.heal(host);
                    during.churnOn();
                }
                lan.limit("one", "4mbit");
                byte[] big = new byte[4 << 20];
                new Random(seed).nextBytes(big);
                Files.write(stages.source().resolve("big"), big);
                during.churnOn();
                during.churn().stop();
                stages.awaitEqual(2);
                lan.cut("one");
                Files.writeString(stages.source().resolve("behind the cut"), "x");
                stages.awaitEqual(2);
                lan.heal("one");
                stages.awaitEqual();
                lan.unlimit("one");
            });
        }
    }
}
