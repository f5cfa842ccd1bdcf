package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.ApplierSettings;
import io.weir.service.ExitCode;
import io.weir.service.Service;
import io.weir.service.SettingsText;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReloaderTest {
    private static final String START = """
            kafka.bootstrap.servers: a:1
            applier.replica: one
            applier.max.processes: 2
            agent.sources: whatever
            applier.sources:
              - {name: data, root: /backup/data, url: 'rsync://files/data'}
            """;

    private final Path file;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final List<Integer> taken = new ArrayList<>();
    private final List<String> notices = new ArrayList<>();
    private boolean isRefusing;
    private Reloader<ApplierSettings> reloader;

    ReloaderTest(@TempDir Path folder) {
        file = folder.resolve("applier.yaml");
    }

    private static final class Nothing implements Service {
        @Override
        public String name() {
            return "nothing";
        }

        @Override
        public void start() {}

        @Override
        public void close() {}
    }

    @BeforeEach
    void start() throws IOException {
        Files.writeString(file, START);
        reloader = new Reloader<>(
                file,
                Role.APPLIER,
                SettingsText.of(file).values(),
                new Running<>(new Nothing(), key -> key.startsWith("applier.max"), this::take, notices::add),
                metrics);
    }

    private void take(ApplierSettings settings) {
        if (isRefusing) {
            throw new WeirException(ExitCode.CONFLICT, "another applier works there");
        }
        taken.add(settings.limits().lanes());
    }

    private double reload(String yaml) throws Exception {
        Files.writeString(file, yaml);
        reloader.ask();
        reloader.ask();
        reloader.run();
        return metrics.get("weir.settings.refused").gauge().value();
    }

    @Test
    void onlyWhatDiffersAndCanBeTakenIsTaken() throws Exception {
        reloader.run();
        assertThat(reload(START)).isZero();
        assertThat(reload(START.replace("whatever", "other"))).isZero();
        assertThat(reload(START.replace("a:1", "b:1"))).isZero();
        assertThat(taken).isEmpty();

        assertThat(reload(START.replace("processes: 2", "processes: 3"))).isZero();
        assertThat(reload(START.replace("processes: 2", "processes: 3"))).isZero();
        assertThat(taken).containsExactly(3);
        assertThat(reload(START.replace("applier.max.processes: 2", ""))).isZero();
        assertThat(taken).containsExactly(3, 4);
    }

    /** The stage may have taken a part of it before it failed. */
    @Test
    void theFileOfBeforeIsTakenWhenAnotherOneWasRefused() throws Exception {
        isRefusing = true;
        assertThat(reload(START.replace("processes: 2", "processes: 5"))).isOne();
        assertThat(reload(START)).isOne();

        isRefusing = false;
        assertThat(reload(START)).isZero();
        assertThat(taken).containsExactly(2);
        assertThat(reload(START)).isZero();
        assertThat(taken).containsExactly(2);
    }

    @Test
    void whatIsWrongChangesNothingAndIsTriedAgainAtTheNextSignal() throws Exception {
        assertThat(reload(START.replace("processes: 2", "processes: none"))).isOne();
        assertThat(reload("{")).isOne();
        Files.delete(file);
        reloader.ask();
        reloader.run();
        assertThat(metrics.get("weir.settings.refused").gauge().value()).isOne();
        isRefusing = true;
        assertThat(reload(START.replace("processes: 2", "processes: 5"))).isOne();
        assertThat(taken).isEmpty();

        isRefusing = false;
        assertThat(reload(START.replace("processes: 2", "processes: 5"))).isZero();
        assertThat(taken).containsExactly(5);
        assertThat(notices)
                .hasSize(5)
                .endsWith("")
                .first()
                .asString()
                .contains("not taken", "1 problem in the settings")
                .doesNotContain("none");
    }
}
