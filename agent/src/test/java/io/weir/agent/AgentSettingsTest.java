package io.weir.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.rsyncd.RsyncdSettings;
import io.weir.agent.rsyncd.SshSettings;
import io.weir.agent.rsyncd.TlsSettings;
import io.weir.service.SettingsFile;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AgentSettingsTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "global", "Global", "a/b", "a b", "-a", ".a", "a]", "ü"})
    void namesThatTopicsFilesOrRsyncCannotHoldAreRefused(String name) {
        assertThat(SourceSettings.isName(name)).isFalse();
        assertThatThrownBy(() -> source(name, "/x")).hasMessageContaining("must match");
    }

    @Test
    void twoSourcesOfOneNameAreRefused() {
        assertThatThrownBy(() -> AgentSettings.of(Path.of("/state"), List.of(source("a", "/x"), source("a", "/y"))))
                .hasMessageContaining("same name");
        assertThatThrownBy(() -> AgentSettings.of(Path.of("/state"), List.of())).hasMessageContaining("one source");
    }

    @Test
    void defaultsServeOnLoopbackWithARandomSecret() {
        AgentSettings settings = AgentSettings.of(Path.of("/state"), List.of(source("a", "/x")));

        assertThat(settings.rsyncd().address()).isEqualTo("127.0.0.1");
        assertThat(settings.rsyncd().port()).isZero();
        assertThat(settings.rsyncd().secretsFile()).isEmpty();
        assertThat(settings.dirtyPaths()).isEqualTo(1_000_000);
    }

    private static RsyncdSettings rsyncd(String lines) {
        return SettingsFile.parse(
                        "agent.yaml",
                        "sources:\n  - name: a\n    root: /x\n" + lines,
                        name -> null,
                        AgentSettings::read)
                .rsyncd();
    }

    @Test
    void readsHowTheDataIsReached() {
        RsyncdSettings settings =
                rsyncd("rsyncd.tls.certificate: /c\nrsyncd.tls.key: /k\nrsyncd.tls.ca: /ca\nrsyncd.ssh.user: pull\n");

        assertThat(settings.tls())
                .contains(new TlsSettings("stunnel", Path.of("/c"), Path.of("/k"), Optional.of(Path.of("/ca"))));
        assertThat(settings.ssh()).contains(new SshSettings("pull", Path.of("/var/lib/weir/rsyncd-ssh.conf")));
        assertThat(rsyncd("").tls()).isEmpty();
        assertThat(rsyncd("").ssh()).isEmpty();
    }

    @Test
    void refusesWaysThatLackSomething() {
        assertThatThrownBy(() -> rsyncd("rsyncd.tls.certificate: /c\n"))
                .hasMessageContaining("rsyncd.tls.key: is missing");
        assertThatThrownBy(() -> rsyncd("rsyncd.tls.key: /k\n"))
                .hasMessageContaining("rsyncd.tls.certificate: is missing");
        assertThatThrownBy(() -> rsyncd("rsyncd.tls.ca: /ca\n")).hasMessageContaining("there is no TLS");
        assertThatThrownBy(() -> rsyncd("rsyncd.enabled: false\nrsyncd.tls.certificate: /c\nrsyncd.tls.key: /k\n"))
                .hasMessageContaining("rsyncd.enabled: false");
        assertThatThrownBy(() -> rsyncd("rsyncd.ssh.user: -oX\n")).hasMessageContaining("must be letters");
        assertThatThrownBy(() -> rsyncd("rsyncd.ssh.config: '/a \"b'\n")).hasMessageContaining("a word of a command");
    }

    @Test
    void aKeyIsRestrictedToTheDaemonOfThatConfiguration() {
        assertThat(new SshSettings("pull", Path.of("/c")).authorize("/usr/bin/rsync", "ssh-ed25519 AAAA b"))
                .isEqualTo("command=\"/usr/bin/rsync --server --daemon --config=/c .\",restrict ssh-ed25519 AAAA b");
    }

    private static SourceSettings source(String name, String root) {
        return new SourceSettings(name, Path.of(root), List.of());
    }
}
