package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;

/**
 * Faults at random under churn for {@code -Dweir.faults.minutes}, one after the other on the same replicas, which must be equal in
 * the end. Prints what was survived, by kind.
 */
@Tag("faults")
@EnabledIfSystemProperty(
        named = "weir.faults.minutes",
        matches = "[1-9][0-9]*",
        disabledReason = "weir.faults.minutes is 0")
class LongRunIT {

    @TempDir
    Path folder;

    private interface Fault {
        void happen(Setting setting) throws Exception;
    }

    /** What faults work on. */
    private record Setting(UnderChurn during, RsyncWrapper rsync, Mounted small, Mounted source, Random random) {
        Stages stages() {
            return during.stages();
        }

        void kill(String stage) throws Exception {
            stages().killAndRestart(stage);
        }

        void standStill(String stage) throws Exception {
            stages().process(stage).suspend();
            during.churn().awaitTime(StagesPlan.LONGER_THAN_A_SESSION);
            stages().process(stage).resume();
        }

        void unmountSource() throws Exception {
            source.unmount();
            during.churnOn();
            source.mount();
        }

        void fillDisk() throws Exception {
            Path ballast = small.at().resolve("ballast");
            fill(ballast);
            during.churnOn();
            Files.delete(ballast);
        }

        private static void fill(Path file) {
            try (OutputStream out = Files.newOutputStream(file)) {
                byte[] block = new byte[64 * 1024];
                while (true) {
                    out.write(block);
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("No space left");
            }
        }

        void spoilRsync() throws Exception {
            List<String> modes = List.of("exit 1", "exit 12", "exit 23", "exit 30", "exit 255", "hang", "die 0.02");
            rsync.mode(modes.get(random.nextInt(modes.size())));
            during.churnOn();
            rsync.mode("run");
        }

        void wipeBroker() throws Exception {
            stages().process("broker").kill();
            Shell.run(
                    stages().brokerData().getParent(),
                    "rm",
                    "-r",
                    stages().brokerData().toString());
            during.churnOn();
            // It makes the topics again.
            stages().process("broker").restart();
            stages().process("broker").awaitRunning();
        }

        void expireUnread() throws Exception {
            stages().process("applier-1").kill();
            during.churnOn();
            stages().records().expireBatches();
            stages().process("applier-1").restart();
        }
    }

    private static Map<String, Fault> faults() {
        Map<String, Fault> all = new LinkedHashMap<>();
        for (String stage : Stages.names()) {
            all.put("kill of " + stage, setting -> setting.kill(stage));
            all.put("standstill of " + stage, setting -> setting.standStill(stage));
        }
        all.put("unmount of the source", Setting::unmountSource);
        all.put("full disk", Setting::fillDisk);
        all.put("rsync that fails", Setting::spoilRsync);
        all.put("expired batches", Setting::expireUnread);
        all.put("broker that lost everything", Setting::wipeBroker);
        return all;
    }

    @Test
    void replicasEqualTheSourceAfterFaultsAtRandom() throws Exception {
        Root.required("mount disks");
        Duration duration = Duration.ofMinutes(Long.getLong("weir.faults.minutes", 0));
        long seed = Seeds.next("faults at random for " + duration);
        Map<String, Integer> survived = new TreeMap<>();
        RsyncWrapper rsync = RsyncWrapper.in(folder.resolve("wrapper"));
        try (Mounted source = Mounted.disk(folder.resolve("source"), folder.resolve("disk"), "512m");
                Mounted small = Mounted.tmpfs(folder.resolve("small"), "128m")) {
            StagesPlan plan = StagesPlan.in(folder)
                    .hasty()
                    .replica(1, small.at().resolve("replica"))
                    .surroundings("applier-1", WeirProcess.Surroundings.PLAIN.with(rsync.environment()));
            UnderChurn.run(plan, seed, during -> {
                run(new Setting(during, rsync, small, source, new Random(seed)), duration, survived);
            });
        } finally {
            System.out.println("faults survived: " + survived);
        }
    }

    private static void run(Setting setting, Duration duration, Map<String, Integer> survived) throws Exception {
        Map<String, Fault> faults = faults();
        List<String> names = List.copyOf(faults.keySet());
        long start = System.nanoTime();
        while (System.nanoTime() - start < duration.toNanos()) {
            String name = names.get(setting.random().nextInt(names.size()));
            System.out.println("fault: " + name);
            Fault fault = faults.get(name);
            if (fault != null) {
                fault.happen(setting);
                setting.during().churnOn();
                survived.merge(name, 1, Integer::sum);
            }
        }
    }
}
