package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StunnelConfigTest {
    private static String write(TlsSettings tls, String address, boolean dropsRoot) {
        return new String(StunnelConfig.write(tls, address, 8730, 20_001, dropsRoot), StandardCharsets.UTF_8);
    }

    private static TlsSettings tls(String certificate, Optional<Path> ca) {
        return new TlsSettings("stunnel", Path.of(certificate), Path.of("/k"), ca);
    }

    @Test
    void itTakesTlsForTheDaemonAndDoesNothingElse() {
        assertThat(write(tls("/c", Optional.empty()), "192.0.2.10", true).lines())
                .containsSubsequence(
                        "foreground = yes",
                        "setgid = 65534",
                        "setuid = 65534",
                        "[rsync]",
                        "accept = 192.0.2.10:8730",
                        "connect = 127.0.0.1:20001",
                        "protocol = proxy",
                        "cert = /c",
                        "key = /k",
                        "sslVersionMin = TLSv1.2")
                .doesNotContain("verifyChain = yes");
        assertThat(write(tls("/c", Optional.empty()), "::", false))
                .contains("accept = :::8730\n")
                .doesNotContain("setuid");
    }

    @Test
    void withAnAuthorityClientsAreVerified() {
        assertThat(write(tls("/c", Optional.of(Path.of("/a b/ca"))), "127.0.0.1", false)
                        .lines())
                .contains("CAfile = /a b/ca", "verifyChain = yes", "requireCert = yes");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\nexec = /bin/sh", "/a\rb", "/a ", "/a\\", "relative"})
    void pathsThatTheFileCannotHoldAreRefused(String path) {
        assertThatThrownBy(() -> write(tls(path, Optional.empty()), "127.0.0.1", false))
                .hasMessageContaining("cannot be written");
        assertThatThrownBy(() -> write(tls("/c", Optional.of(Path.of(path))), "127.0.0.1", false))
                .hasMessageContaining("cannot be written");
    }

    @Test
    void anAddressIsNumeric() {
        assertThatThrownBy(() -> write(tls("/c", Optional.empty()), "files\nexec = x", false))
                .hasMessageContaining("no numeric address");
    }
}
