package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AdviceTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "@    WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED!     @ | another ssh host key",
                "No ED25519 host key is known for [127.0.0.1]:2222 and you have requested strict checking. | does not name",
                "pull@files: Permission denied (publickey). | `weir authorize`",
                "Load key \"/k\": invalid format | without a passphrase",
                "rsync: [Receiver] Failed to exec ssh: No such file or directory (2) | 'openssh-client'",
                "verify error:num=10:certificate has expired | has expired",
                "verify error:num=62:hostname mismatch | another host",
                "verify error:num=64:IP address mismatch | another host",
                "verify error:num=20:unable to get local issuer certificate | `tls.ca`",
                "80:error:0A00045C:SSL routines:ssl3_read_bytes:tlsv13 alert certificate required:x | `tls.key`",
                "80:error:0A000418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca:x | `rsyncd.tls.ca`",
                "80:error:0A00010B:SSL routines:ssl3_get_record:wrong version number:x | does not speak TLS",
                "sh: 1: exec: openssl: not found | 'openssl'",
                "connect:errno=111 | nothing answers",
                "rsync error: syntax or usage error (code 1) at clientserver.c(1435) | finds no configuration",
                "80:error:10080002:BIO routines:BIO_lookup_ex:system lib:x | has no address",
                "80:error:80000002:system library:BIO_new_file:x:calling fopen(/ca.pem, r) | cannot be used",
                "rsync: did not see server greeting | rsyncs://",
                "rsync: did not see server greeting | login shell",
                "@ERROR: auth failed on module data | without the name and colon",
                "@ERROR: Unknown module 'nosuch' | serves no source",
                "ERROR: password file must not be other-accessible | chmod 600",
                "rsync: [Receiver] could not open password file /s: No such file or directory (2) | is missing"
            })
    void whatIsSaidOfAConnectionTellsWhatToDo(String said, String advice) {
        String errors = "rsync error: unexplained error\n" + said + "\n";

        assertThat(Stream.of(Relay.SSH, Relay.TLS)
                        .map(relay -> new RsyncRun(255, false, Map.of(), errors, 0, relay).complaint()))
                .anySatisfy(complaint -> assertThat(complaint)
                        .contains(advice)
                        .contains("(exit 255)")
                        .contains(said.replaceAll("^[@ ]+|[@ ]+$", "")));
    }

    @Test
    void eachWayHasItsOwnAdvice() {
        String ofSsh = "pull@files: Permission denied (publickey).\n";
        String ofRsync = "rsync: failed to connect to files: Permission denied (13)\n";

        assertThat(Advice.of(ofSsh, Relay.SSH)).isPresent();
        assertThat(Advice.of(ofSsh, Relay.TLS)).isEmpty();
        assertThat(Advice.of(ofRsync, Relay.SSH)).isEmpty();
        assertThat(Advice.of("verify error:num=10:certificate has expired\n", Relay.TLS))
                .isPresent();
        assertThat(Advice.of("verify error:num=10:certificate has expired\n", Relay.NONE))
                .isEmpty();
        assertThat(Advice.of("failed to connect to files: Connection refused (111)\n", Relay.NONE))
                .isPresent();
    }

    @Test
    void whatKeptSshFromLoggingInComesBeforeThatNothingGreets() {
        String said = "ssh: connect to host files port 22: Connection refused\nrsync: did not see server greeting\n";

        assertThat(Advice.of(said, Relay.SSH))
                .hasValueSatisfying(
                        advice -> assertThat(advice.text()).contains("nothing answers at the host and port"));
    }

    @Test
    void theWordsOfACallTellWhatCarriesIt() {
        Path file = Path.of("/f");
        RsyncAddress address = new RsyncEndpoint("rsync://files/data/").address();

        assertThat(Relay.of(new Way.Ssh(file, file).options(address))).isEqualTo(Relay.SSH);
        assertThat(Relay.of(new Way.Tls(file, Optional.empty()).variables(address)))
                .isEqualTo(Relay.TLS);
        assertThat(Relay.of(new Way.Plain().options(address))).isEqualTo(Relay.NONE);
    }

    @Test
    void theCauseIsToldBeforeWhatFollowsFromIt() {
        String said = """
                @@@@@@@@@@@@@@@@@@@@@@@@@@@
                @         WARNING: UNPROTECTED PRIVATE KEY FILE!          @
                @@@@@@@@@@@@@@@@@@@@@@@@@@@
                Permissions 0644 for '/k' are too open.
                pull@files: Permission denied (publickey).
                rsync: did not see server greeting
                """;

        assertThat(new RsyncRun(255, false, Map.of(), said, 0, Relay.SSH).complaint())
                .contains("chmod 600")
                .endsWith("(exit 255): WARNING: UNPROTECTED PRIVATE KEY FILE!");
    }

    @Test
    void whatIsNoMatterOfTheConnectionIsToldAsItIs() {
        String said = "rsync: [sender] link_stat \"/Permission denied (\" (in m) failed: Permission denied (13)\n";

        assertThat(new RsyncRun(23, false, Map.of(), said, 1).complaint())
                .isEqualTo("some paths could not be handled (exit 23): " + said.strip());
        assertThat(new RsyncRun(5, false, Map.of(), "@ERROR: auth failed on module data\n", 0).complaint())
                .contains("`secrets.file` must hold the secret", "auth failed");
        assertThat(new RsyncRun(5, false, Map.of(), "@ERROR: max connections (2) reached\n", 0).complaint())
                .contains("unknown module, password or connection limit", "max connections");
    }
}
