package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.rsyncd.RsyncdConfig.ShutIn;
import io.weir.agent.watch.SourceRoot;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RsyncdConfigTest {
    @Test
    void rootServesReadOnlyAndShutIn() {
        String text = write("/export/data", ShutIn.AS_ROOT);

        assertThat(text.lines())
                .contains("read only = yes", "use chroot = yes", "uid = 0", "list = no", "auth users = weir")
                .containsSubsequence("[data]", "path = /export/data");
    }

    @Test
    void anotherUserWhoMayMakeAChrootServesShutInAsItself() {
        assertThat(write("/export/data", ShutIn.AS_STARTED).lines())
                .contains("use chroot = yes", "numeric ids = yes")
                .doesNotContain("uid = 0", "gid = 0");
    }

    @Test
    void anyoneElseServesWithoutChrootAndWithLinksAsTheyAre() {
        assertThat(write("/export/data", ShutIn.NO).lines())
                .contains("use chroot = no", "munge symlinks = no")
                .doesNotContain("uid = 0");
    }

    @Test
    void behindTlsItLearnsWhereConnectionsComeFrom() {
        byte[] config = RsyncdConfig.write(
                RsyncdSettings.loopback(),
                Path.of("/secrets"),
                Path.of("/lock"),
                new RsyncdConfig.Endpoint("127.0.0.1", 8731, true),
                ShutIn.AS_ROOT,
                List.of());

        assertThat(new String(config, StandardCharsets.UTF_8).lines())
                .contains(
                        "proxy protocol = yes",
                        "proxy protocol hosts = 127.0.0.1",
                        "address = 127.0.0.1",
                        "port = 8731");
        assertThat(write("/data", ShutIn.AS_ROOT)).doesNotContain("proxy protocol");
    }

    @Test
    void overSshItListensNowhereAsksForNoSecretAndSaysNothingOnItsOutput() {
        SourceRoot source = new SourceRoot("data", "/export/data".getBytes(StandardCharsets.UTF_8));
        String asRoot = new String(
                RsyncdConfig.writeForSsh(true, List.of("192.0.2.0/24"), List.of(source)), StandardCharsets.UTF_8);
        String asOther =
                new String(RsyncdConfig.writeForSsh(false, List.of(), List.of(source)), StandardCharsets.UTF_8);

        assertThat(asRoot.lines())
                .contains("read only = yes", "list = no", "use chroot = yes", "uid = 0", "hosts allow = 192.0.2.0/24")
                .containsSubsequence("[data]", "path = /export/data");
        assertThat(asOther.lines())
                .contains("read only = yes", "use chroot = no")
                .doesNotContain("uid = 0");
        assertThat(asRoot + asOther).doesNotContain("port =", "address", "secrets", "log file", "lock file");
    }

    @ParameterizedTest
    @ValueSource(strings = {"/a\nb", "/a\rb", "/a\\", "/a ", "/a\t", "/%A%", "/a/./b", "/a/../b", "relative", ""})
    void rootsThatTheFileCannotHoldAreRefused(String root) {
        assertThatThrownBy(() -> write(root, ShutIn.AS_ROOT))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("cannot be written");
    }

    /** Secrets may be mounted read-only. */
    @Test
    void connectionsAreCountedInTheStateDirectory() {
        assertThat(write("/data", ShutIn.AS_ROOT))
                .contains("secrets file = /read-only/secrets\n", "lock file = /state/lock\n");
    }

    private static String write(String root, ShutIn shutIn) {
        SourceRoot source = new SourceRoot("data", root.getBytes(StandardCharsets.UTF_8));
        byte[] config = RsyncdConfig.write(
                RsyncdSettings.loopback(),
                Path.of("/read-only/secrets"),
                Path.of("/state/lock"),
                new RsyncdConfig.Endpoint("127.0.0.1", 873, false),
                shutIn,
                List.of(source));
        return new String(config, StandardCharsets.UTF_8);
    }
}
