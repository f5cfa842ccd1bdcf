package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorizeCommandTest {
    private static final String KEY =
            "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIPwq2ZBbtjUqRGhW1u0JzMbSxJmUEr4sgYL8l3yCzZvB backup1";

    private final Path folder;
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();

    AuthorizeCommandTest(@TempDir Path folder) {
        this.folder = folder;
    }

    private int authorize(String settings, String key) throws IOException {
        Path config = Files.writeString(folder.resolve("agent.yaml"), """
                kafka.bootstrap.servers: localhost:9092
                agent.sources:
                  - name: data
                    root: /export/data
                """ + settings);
        Path file = Files.writeString(folder.resolve("key.pub"), key);
        return Main.run(
                new PrintWriter(out),
                new PrintWriter(err),
                "authorize",
                "--config",
                config.toString(),
                file.toString());
    }

    @Test
    void printsOneLineThatAllowsThePullOnly() throws IOException {
        assertThat(authorize("agent.rsyncd.ssh.user: pull\nagent.rsyncd.executable: /opt/rsync\n", KEY + "\n"))
                .isEqualTo(ExitCode.OK.number());
        assertThat(out.toString())
                .isEqualTo("command=\"/opt/rsync --server --daemon --config=/var/lib/weir/rsyncd-ssh.conf .\",restrict "
                        + KEY + System.lineSeparator());
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "hello",
                "ssh-ed25519 short",
                "command=\"sh\" " + KEY,
                KEY + "\n" + KEY,
                "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjE\n"
            })
    void whatIsNoPublicKeyIsRefused(String key) throws IOException {
        assertThat(authorize("agent.rsyncd.ssh.user: pull\n", key)).isEqualTo(ExitCode.USAGE.number());
        assertThat(out.toString()).isEmpty();
        assertThat(err.toString()).contains("authorize a key").containsAnyOf("no public key", "is a private key");
    }

    @Test
    void anAgentThatIsNotReachedOverSshSaysWhatToSet() throws IOException {
        assertThat(authorize("", KEY)).isEqualTo(ExitCode.SETTINGS.number());
        assertThat(err.toString()).contains("set agent.rsyncd.ssh.user");
    }
}
