package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.replica.ReplicaRoot;
import io.weir.cli.applier.RsyncModule;
import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With a real rsync daemon, and no Kafka. */
class SyncCommandTest {
    private final Path source;
    private final Path replica;
    private final Path settings;
    private final Path folder;
    private RsyncModule module;

    SyncCommandTest(@TempDir Path folder) {
        this.folder = folder;
        source = folder.resolve("source");
        replica = folder.resolve("replica");
        settings = folder.resolve("applier.yaml");
    }

    @BeforeEach
    void serve() throws IOException {
        Files.createDirectories(source.resolve(".weir"));
        Files.createFile(source.resolve(".weir/id-" + UUID.randomUUID()));
        Files.createDirectories(source.resolve("below"));
        Files.writeString(source.resolve("below/file"), "content");
        module = new RsyncModule(source, folder, 0);
        Files.writeString(settings, """
                kafka.bootstrap.servers: no-such-host.invalid:1
                applier.replica: one
                applier.state.dir: %s
                applier.sources:
                  - name: data
                    root: %s
                    url: %s
                    breaker.deletes: 1
                    trash.enabled: true
                    temp.grace: 1 s
                """.formatted(
                        folder.resolve("state"), replica, module.endpoint().url()));
    }

    @AfterEach
    void close() {
        module.close();
    }

    private String sync(ExitCode exit, String... options) {
        List<String> all = new ArrayList<>(List.of("sync", "--once", "--config", settings.toString()));
        all.addAll(List.of(options));
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        assertThat(Main.run(both, both, all.toArray(String[]::new)))
                .as("%s: %s", all, output)
                .isEqualTo(exit.number());
        return output.toString();
    }

    @Test
    void itMakesEqualAndLeavesNoPosition() throws Exception {
        assertThat(sync(ExitCode.OK, "--dry-run")).contains("2 would be sent", "Nothing was changed");
        assertThat(replica).doesNotExist();

        assertThat(sync(ExitCode.OK)).contains("one/data: ", " sent (", "0 deleted, equal");
        assertThat(replica.resolve("below/file")).hasContent("content");
        assertThat(replica.resolve(".weir/position")).doesNotExist();
        assertThat(replica.resolve(".weir")).isDirectoryContaining("glob:**/replica-*");

        Files.writeString(source.resolve(".file.swp"), "young");
        Files.delete(source.resolve("below/file"));
        assertThat(sync(ExitCode.OK, "--source", "data", "-o", "json"))
                .contains("\"equal\" : true", "\"deleted\" : 1", "\"held\" : 0", "\"failed\" : 0");
        assertThat(replica.resolve("below/file")).doesNotExist();
        assertThat(replica.resolve(".file.swp")).hasContent("young");
        assertThat(replica.resolve(".weir/trash")).isDirectoryRecursivelyContaining("glob:**/below/file");
    }

    @Test
    void whatTheBreakerHoldsNeedsAPerson() throws Exception {
        sync(ExitCode.OK);
        Files.delete(source.resolve("below/file"));
        Files.delete(source.resolve("below"));
        assertThat(sync(ExitCode.ATTENTION))
                .contains("1 held, 0 failed", "deleting 'below' is held: ", "breaker.deletes", "--approve");
        assertThat(replica.resolve("below/file")).exists();

        assertThat(sync(ExitCode.OK, "--approve")).contains("2 deleted, equal");
        assertThat(replica.resolve("below")).doesNotExist();
    }

    @Test
    void aSourceThatIsAwayOrNotMountedChangesNothing() throws Exception {
        sync(ExitCode.OK);
        Files.move(source.resolve(".weir"), folder.resolve("away"));
        Files.delete(source.resolve("below/file"));
        assertThat(sync(ExitCode.UNAVAILABLE)).contains("shows no root marker");
        assertThat(sync(ExitCode.UNAVAILABLE, "--dry-run")).contains("shows no root marker");

        module.close();
        assertThat(sync(ExitCode.UNAVAILABLE, "-o", "json")).contains("\"equal\" : false", "\"exit\" : 4");
        assertThat(replica.resolve("below/file")).hasContent("content");
    }

    @Test
    void anApplierThatRunsThereKeepsItOut() {
        try (ReplicaRoot held = ReplicaRoot.open("data", replica, false)) {
            assertThat(sync(ExitCode.CONFLICT)).contains("another applier works on " + held.path(), "`weir baseline`");
        }
        assertThat(sync(ExitCode.OK)).contains("equal");
    }

    @Test
    void aDirectoryThatHoldsSomethingElseIsRefused() throws Exception {
        Files.createDirectories(replica.resolve("precious"));
        assertThat(sync(ExitCode.CONFLICT)).contains("is not empty and is no replica");
        assertThat(replica.resolve("precious")).exists();
    }

    @Test
    void wrongWordsAndSettingsAreTold() throws Exception {
        assertThat(sync(ExitCode.USAGE, "--source", "other")).contains("have data");
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        assertThat(Main.run(both, both, "sync", "--config", settings.toString()))
                .isEqualTo(ExitCode.USAGE.number());
        assertThat(output.toString()).contains("`weir applier`");
        Files.writeString(settings, "applier.replica: one\n");
        assertThat(sync(ExitCode.SETTINGS)).contains("kafka.bootstrap.servers: is missing");
    }
}
