package io.weir.cli.applier;

import static io.weir.cli.applier.ApplierBench.DEADLINE;
import static io.weir.cli.applier.ApplierBench.awaitFile;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.cli.embedded.EmbeddedBroker;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two appliers for one replica: a mistake, or a host that was replaced while the old one was still alive. */
class RivalAppliersTest {
    @Test
    void theOlderApplierStopsWithAClearErrorAndADirectoryHasOneApplier(@TempDir Path directory) throws Exception {
        try (EmbeddedBroker broker = new EmbeddedBroker(directory.resolve("kafka"), 0)) {
            broker.start();
            KafkaSettings kafka = KafkaSettings.of(broker.bootstrapServers(), "weir");
            Path one = directory.resolve("host1");
            Path two = directory.resolve("host2");
            try (ApplierBench bench = new ApplierBench(kafka, directory, 0);
                    ApplierBench.Running older = bench.run("backup1", bench.of(one))) {
                bench.write("first", "x");
                bench.change("a");
                awaitFile(one, "a");
                assertThatThrownBy(() -> bench.run("other", bench.of(one)))
                        .isInstanceOfSatisfying(
                                WeirException.class,
                                e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                        .hasMessageContaining("another applier works on " + one);

                try (ApplierBench.Running newer = bench.run("backup1", bench.of(two))) {
                    await().atMost(DEADLINE).until(() -> older.faults.fault() != null);
                    WeirException why = Objects.requireNonNull(older.faults.fault());
                    assertThat(why.exitCode()).isEqualTo(ExitCode.CONFLICT);
                    assertThat(why).hasMessageContaining("another applier runs with this replica's name");
                    bench.change("b");
                    awaitFile(two, "b");
                    awaitFile(two, "first");
                    assertThat(one.resolve("b")).doesNotExist();
                    assertThat(newer.faults.fault()).isNull();
                }
            }
        }
    }
}
