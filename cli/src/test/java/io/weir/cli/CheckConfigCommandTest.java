package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CheckConfigCommandTest {
    private final Path folder;
    private final StringWriter out = new StringWriter();

    CheckConfigCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private int check(String yaml, String... options) throws IOException {
        Path file = Files.writeString(folder.resolve("weir.yaml"), yaml);
        String[] all = new String[options.length + 2];
        all[0] = "check-config";
        all[1] = file.toString();
        System.arraycopy(options, 0, all, 2, options.length);
        return Main.run(new PrintWriter(out, true), new PrintWriter(out, true), all);
    }

    private String agent(Path root) {
        return """
                kafka.bootstrap.servers: a:1
                agent.sources:
                  - name: data
                    root: %s
                """.formatted(root);
    }

    private String applier(Path secret) {
        return """
                applier.replica: one
                applier.sources:
                  - name: data
                    root: %s
                    url: rsync://weir@files/data
                    secrets.file: %s
                """.formatted(folder.resolve("replica"), secret);
    }

    private Path secret(String text, String mode) throws IOException {
        Path file = Files.writeString(folder.resolve("secret"), text);
        return Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    }

    @Test
    void everyRoleOfTheFileIsReadAsItWouldBe() throws Exception {
        assertThat(check(agent(folder) + applier(secret("x\n", "rw-------")))).isZero();
        assertThat(out.toString())
                .isEqualToNormalizingNewlines("agent: ok, 1 source\napplier: ok, replica one, 1 source\n");
        assertThat(folder.resolve("replica")).doesNotExist();
    }

    @Test
    void allProblemsOfAllRolesAreToldAtOnce() throws Exception {
        int exit = check(agent(folder.resolve("nowhere")) + applier(secret("x\n", "rw-r--r--")) + """
                kafka.ssl.truststore.location: /no/such/file
                agent.rsyncd.secrets-file: /no/such/secrets
                applier.max.proceses: 4
                """);

        assertThat(exit).isEqualTo(ExitCode.SETTINGS.number());
        assertThat(out.toString())
                .contains(
                        "5 problems in the settings:",
                        "weir.yaml:4: agent.sources[0].root: names " + folder.resolve("nowhere"),
                        "weir.yaml:10: applier.sources[0].secrets.file: names " + folder.resolve("secret")
                                + ", which everybody may read",
                        "kafka.ssl.truststore.location: names /no/such/file, which is not there",
                        "agent.rsyncd.secrets-file: names /no/such/secrets, which is not there",
                        "did you mean applier.max.processes?")
                .doesNotContain("ok");
    }

    @Test
    void aSecretWithItsUserOrForAnotherDirectoryIsToldOnlyWhereItIsUsed() throws Exception {
        Files.createDirectories(folder.resolve("replica/precious"));
        String yaml = agent(folder) + applier(secret("weir:x\n", "rw-------"));

        assertThat(check(yaml, "--role", "agent", "-o", "json")).isZero();
        assertThat(out.toString()).contains("\"role\" : \"agent\"", "\"ok\" : true", "\"summary\" : \"1 source\"");
        assertThat(check(yaml, "-o", "json")).isEqualTo(ExitCode.SETTINGS.number());
        assertThat(out.toString())
                .contains("\"ok\" : false", "begins with 'weir:'", "is not empty and is no replica of a source");
    }

    @Test
    void fileThatAServerBeginsWithIsFine() throws Exception {
        assertThat(check("server.host: '127.0.0.1'\nserver.port: 9093\nconsole.port: 8630\n"))
                .isZero();
        assertThat(out.toString()).startsWith("server: ok, 127.0.0.1").doesNotContain("console");
    }

    @Test
    void aFileForCommandsNeedsNoRole() throws Exception {
        assertThat(check("kafka.bootstrap.servers: a:1\n")).isZero();
        assertThat(out.toString()).startsWith("kafka: ok, a:1");
        assertThat(check("kafka.bootstrap.servers: a:1\n", "--role", "cook")).isEqualTo(ExitCode.USAGE.number());
    }
}
