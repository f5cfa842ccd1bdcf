package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.RsyncProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WayTest {
    private static final Way.Ssh SSH = new Way.Ssh(Path.of("/etc/weir/key"), Path.of("/etc/weir/known_hosts"));
    private static final Path CA = Path.of("/etc/weir/ca.pem");
    private static final Way.Tls TLS = new Way.Tls(CA, Optional.empty());

    private static List<String> confirm(RsyncEndpoint endpoint) {
        return new RsyncCommand(
                        RsyncProgram.parse("rsync", "rsync  version 3.2.7  protocol version 31\n ACLs, xattrs\n"),
                        endpoint,
                        RsyncOptions.of(Map.of()),
                        Path.of("/srv/replica"),
                        Path.of("/srv/empty"),
                        "t",
                        false)
                .confirm(false);
    }

    @Test
    void overSshADaemonIsStartedByAKeyThatIsTheOnlyOneTriedAtAHostThatMustBeKnown() {
        List<String> arguments = confirm(RsyncEndpoint.of("rsync+ssh://pull@files:2222/data/", null, SSH));

        assertThat(arguments).startsWith("setsid", "rsync").endsWith("--", "pull@files::data/", "/srv/empty/");
        assertThat(arguments)
                .contains("--rsh=ssh -F none -T -a -x -i /etc/weir/key -p 2222 -o BatchMode=yes -o IdentitiesOnly=yes"
                        + " -o IdentityAgent=none -o PreferredAuthentications=publickey -o StrictHostKeyChecking=yes"
                        + " -o UserKnownHostsFile=/etc/weir/known_hosts -o GlobalKnownHostsFile=/dev/null"
                        + " -o UpdateHostKeys=no -o ConnectTimeout=10 -o ServerAliveInterval=15"
                        + " -o ServerAliveCountMax=3 -o LogLevel=ERROR")
                .noneMatch(argument -> argument.startsWith("--sockopts"));
        assertThat(RsyncEndpoint.of("rsync+ssh://pull@[::1]/data/sub", null, SSH)
                        .argument())
                .isEqualTo("pull@[::1]::data/sub/");
    }

    @Test
    void overTlsTheCertificateMustBeSignedAndNameTheHost() {
        List<String> arguments =
                confirm(RsyncEndpoint.of("rsyncs://weir@files/data/", Path.of("/etc/weir/secret"), TLS));

        assertThat(arguments)
                .startsWith(
                        "setsid",
                        "env",
                        "RSYNC_CONNECT_PROG=exec openssl s_client '-quiet' '-verify_quiet' '-nocommands' '-verify' '9'"
                                + " '-verify_return_error' '-min_protocol' 'TLSv1.2' '-servername' 'files'"
                                + " '-verify_hostname' 'files' '-CAfile' '/etc/weir/ca.pem' '-connect' 'files:874'",
                        "rsync")
                .contains("--password-file=/etc/weir/secret")
                .noneMatch(argument -> argument.startsWith("--sockopts"))
                .endsWith("--", "rsync://weir@files/data/", "/srv/empty/");
    }

    @Test
    void anAddressIsVerifiedAsOneAndAClientShowsItsCertificate() {
        Way.Tls own = new Way.Tls(CA, Optional.of(new Way.Tls.Client(Path.of("/own.pem"), Path.of("/own.key"))));

        assertThat(own.variables(RsyncEndpoint.of("rsyncs://[2001:db8::1]:8730/data/", null, own)
                        .address()))
                .singleElement()
                .asString()
                .contains("'-noservername' '-verify_ip' '2001:db8::1'")
                .contains("'-cert' '/own.pem' '-key' '/own.key' '-pass' 'pass:' '-connect' '[2001:db8::1]:8730'");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a b",
                "/a'b",
                "/a\"b",
                "/$HOME/x",
                "/a%h",
                "/~/x",
                "/a;b",
                "/a\nb",
                "/a\tb",
                "/ä",
                "relative",
                "/a\\b"
            })
    void pathsThatACommandWouldTakeForMoreAreRefused(String path) {
        Path file = Path.of(path);

        assertThatThrownBy(() -> new Way.Ssh(file, CA)).hasMessageContaining("becomes a word of a command");
        assertThatThrownBy(() -> new Way.Ssh(CA, file)).hasMessageContaining("becomes a word of a command");
        assertThatThrownBy(() -> new Way.Tls(file, Optional.empty())).hasMessageContaining("word of a command");
        assertThatThrownBy(() -> new Way.Tls.Client(CA, file)).hasMessageContaining("word of a command");
        assertThatThrownBy(() -> new Way.Tls.Client(file, CA)).hasMessageContaining("word of a command");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "rsync+ssh://files/data/",
                "rsync+ssh://-oProxyCommand=x@files/data/",
                "rsync+ssh://pull@-oProxyCommand=x/data/",
                "rsync+ssh://pull@files;id/data/",
                "rsync+ssh://pull@files:0/data/",
                "rsync+ssh://pull@files:65536/data/",
                "rsync+ssh://pull:word@files/data/",
                "rsync+ssh://pull@files//etc/",
                "rsync+ssh://pull@files/",
                "rsync://pull@files/data/",
                "ssh://pull@files/data/"
            })
    void urlsThatAreNoneOfAWayAreRefused(String url) {
        assertThatThrownBy(() -> RsyncEndpoint.of(url, null, SSH)).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rsyncs://files'$(id)/data/", "rsyncs://-connect/data/", "rsyncs://files/", "rsync://files/data"
            })
    void hostsThatAShellWouldTakeForMoreAreRefused(String url) {
        assertThatThrownBy(() -> RsyncEndpoint.of(url, null, TLS)).hasMessageContaining("rsyncs://host[:port]/module");
    }

    @ParameterizedTest
    @CsvSource({
        "files/m,files",
        "files:22/m,files",
        "files:2222/m,[files]:2222",
        "[::1]/m,::1",
        "[::1]:2222/m,[::1]:2222"
    })
    void knownHostsNamesAHostWithItsPort(String place, String name) {
        assertThat(RsyncEndpoint.of("rsync+ssh://u@" + place, null, SSH)
                        .address()
                        .knownHost())
                .isEqualTo(name);
    }
}
