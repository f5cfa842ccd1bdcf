package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.SourceSettings;
import io.weir.cli.Main;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutFileTest {
    private final Path data;
    private final Layout layout;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    LayoutFileTest(@TempDir Path top) throws IOException {
        data = Files.createDirectory(top.resolve("state"));
        Path source = Files.createDirectory(top.resolve("my data = \u00e4"));
        layout = Layout.of(source, List.of(top.resolve("b 1"), top.resolve("b2")), data);
    }

    private int run(String... args) {
        return Main.run(new PrintWriter(out), new PrintWriter(err), args);
    }

    @Test
    void whatWasWrittenIsRead() {
        assertThat(LayoutFile.read(data)).isEmpty();
        assertThat(LayoutFile.sources(data)).isEmpty();

        LayoutFile.write(layout, List.of("*.bak", "/b = \u00e4"));

        assertThat(LayoutFile.read(data)).contains(layout);
        assertThat(LayoutFile.sources(data))
                .containsExactly(new SourceSettings(layout.name(), layout.source(), List.of("*.bak", "/b = \u00e4")));
    }

    @Test
    void statusOfWhatWasStoppedSaysHowToStartIt() throws IOException {
        Files.writeString(data.resolve("weir.yaml"), "kafka.bootstrap.servers: 127.0.0.1:1\n");
        DirectoryLock.take(LocalKafka.directory(data)).close();

        assertThat(run("status", "--data", data.toString())).isEqualTo(ExitCode.UNAVAILABLE.number());
        assertThat(err.toString()).contains("nothing runs on data directory " + data, "broker --data");
        LayoutFile.write(layout, List.of("*.bak", "/b = \u00e4"));
        assertThat(run("status", "--data", data.toString())).isEqualTo(ExitCode.UNAVAILABLE.number());
        assertThat(err.toString()).contains(layout.command());
    }

    @Test
    void doctorLooksAtWhatTheDataDirectoryIsOf() throws IOException {
        LayoutFile.write(layout, List.of("*.bak", "/b = \u00e4"));
        Files.createFile(layout.source().resolve("a file"));
        Path replica = layout.replicas().get("b2");
        Path own = Files.createDirectories(replica.resolve(".weir"));

        run("doctor", "--data", data.toString());
        assertThat(out.toString())
                .contains("source " + layout.source(), "replica " + replica, "is empty", "does not exist yet")
                .doesNotContain("refuses");
        String id = "00000000-0000-0000-0000-000000000001";
        Files.createFile(own.resolve("replica-" + id));
        assertThat(run("doctor", "--data", data.toString())).isEqualTo(ExitCode.FAILURE.number());
        assertThat(out.toString()).contains("the replica " + replica + " refuses", "id-" + id);
    }
}
