package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.RelPath;
import io.weir.service.RsyncProgram;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RsyncCommandTest {
    private static final String NEW =
            "rsync  version 3.2.7  protocol version 31\nCapabilities:\n    ACLs, xattrs, optional\n";
    private static final String OLD =
            "rsync  version 3.1.3  protocol version 31\n    append, no ACLs, no xattrs, iconv\n";

    private static RsyncCommand command(String printed, Map<String, String> options) {
        return command(printed, options, false);
    }

    private static RsyncCommand command(String printed, Map<String, String> options, boolean mayChown) {
        return new RsyncCommand(
                RsyncProgram.parse("rsync", printed),
                new RsyncEndpoint("rsync://host:873/m", Path.of("/etc/weir/secret"), "weir"),
                RsyncOptions.of(options),
                Path.of("/srv/replica"),
                Path.of("/srv/replica/.weir/tmp/r/empty"),
                ".weir/tmp/r/files",
                mayChown);
    }

    @Test
    void pullKeepsEverythingAndBuildsFilesAside() {
        assertThat(command(NEW, Map.of()).pull(RsyncCommand.Mode.NORMAL, null))
                .containsExactly(
                        "setsid",
                        "rsync",
                        "-aHAX",
                        "-ii",
                        "--numeric-ids",
                        "--modify-window=-1",
                        "--temp-dir=.weir/tmp/r/files",
                        "--trust-sender",
                        "--ignore-missing-args",
                        "--from0",
                        "--files-from=-",
                        "--out-format=%i %M %b %n//%L",
                        "--info=stats1",
                        "--no-human-readable",
                        "--sockopts=TCP_NODELAY",
                        "--password-file=/etc/weir/secret",
                        "--",
                        "rsync://weir@host:873/m/",
                        "/srv/replica/");
    }

    @Test
    void whoMayChangeOwnersTriesItWhateverTheUserAndListsDevices() {
        RsyncCommand able = command(NEW, Map.of(), true);

        assertThat(List.of(able.pull(RsyncCommand.Mode.NORMAL, null), able.compare(), able.confirm(true)))
                .allSatisfy(arguments -> assertThat(arguments).contains("--super"));
        assertThat(command(NEW, Map.of()).confirm(true)).doesNotContain("--super");
    }

    @Test
    void confirmIsADryRunIntoAnEmptyDirectory() {
        assertThat(command(NEW, Map.of()).confirm(false))
                .contains("-n", "-dlpD")
                .endsWith("/srv/replica/.weir/tmp/r/empty/");
        assertThat(command(NEW, Map.of()).confirm(true))
                .contains("-n", "-dlpDHr")
                .endsWith("/srv/replica/.weir/tmp/r/empty/");
    }

    @Test
    void comparisonIsADryRunIntoTheReplicaThatBuildsNothing() {
        assertThat(command(NEW, Map.of("checksum", "true")).compare())
                .contains("-n", "-aHAX", "-ii", "--modify-window=-1", "--checksum", "--out-format=%i %M %l %n//%L")
                .noneMatch(argument -> argument.startsWith("--temp-dir") || argument.startsWith("--backup"))
                .endsWith("/srv/replica/");
    }

    @Test
    void baselineHasALimitOfItsOwn() {
        RsyncOptions options = RsyncOptions.of(Map.of("bwlimit", "20m", "nice", "10"));

        assertThat(options.ofBaseline().bwlimit()).isEqualTo(20 * 1024);
        RsyncOptions limited = options.withBaselineBwlimit(5 << 20);
        assertThat(limited.bwlimit()).isEqualTo(20 * 1024);
        assertThat(limited.ofBaseline().bwlimit()).isEqualTo(5 * 1024);
        assertThat(limited.ofBaseline().nice()).isEqualTo(10);
    }

    @Test
    void whatThisRsyncCannotDoIsLeftOut() {
        assertThat(command(OLD, Map.of()).pull(RsyncCommand.Mode.NORMAL, null))
                .contains("-aH")
                .doesNotContain("--trust-sender");
    }

    @Test
    void sizeWithoutItsUnitIsRefused() {
        assertThatThrownBy(() -> RsyncOptions.of(Map.of("bwlimit", "5000")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'bwlimit'")
                .hasMessageContaining("20 MiB");
        assertThat(RsyncOptions.of(Map.of("bwlimit", "0")).bwlimit()).isZero();
        assertThat(RsyncOptions.of(Map.of("bwlimit", "5 MiB")).bwlimit()).isEqualTo(5 * 1024);
    }

    @Test
    void noCallEverDeletesOrForces() {
        Map<String, String> all = Map.of(
                "bwlimit",
                "20m",
                "compress",
                "true",
                "whole-file",
                "true",
                "checksum",
                "true",
                "in-place-above",
                "1g",
                "chmod",
                "D755,F644",
                "usermap",
                "*:nobody",
                "nice",
                "10",
                "ionice",
                "idle");
        for (RsyncCommand.Mode mode : RsyncCommand.Mode.values()) {
            List<String> arguments = command(NEW, all).pull(mode, null);
            assertThat(arguments).noneMatch(argument -> argument.startsWith("--del") || argument.startsWith("--force"));
            assertThat(arguments)
                    .contains("--bwlimit=20480", "-z", "--checksum", "--chmod=D755,F644", "--usermap=*:nobody")
                    .startsWith("setsid", "nice", "-n", "10", "ionice", "-c3");
            assertThat(arguments.contains("--inplace")).isEqualTo(mode == RsyncCommand.Mode.IN_PLACE);
        }
    }

    @Test
    void optionsThatAreNotAllowedAreRefusedAllAtOnce() {
        assertThatThrownBy(() -> RsyncOptions.of(Map.of("delete", "true", "rsh", "sh -c evil", "nice", "99")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("'delete' is not allowed")
                .hasMessageContaining("'rsh' is not allowed")
                .hasMessageContaining("'nice' is refused");
        assertThatThrownBy(() -> RsyncOptions.of(Map.of("chmod", "u+x --delete")))
                .hasMessageContaining("chmod");
        assertThatThrownBy(() -> RsyncOptions.of(Map.of("chown", "a:b;c"))).hasMessageContaining("chown");
        assertThatThrownBy(() -> RsyncOptions.of(Map.of("compress", "yes"))).hasMessageContaining("compress");
        assertThatThrownBy(() -> new RsyncEndpoint("host:/path")).hasMessageContaining("rsync://");
        assertThatThrownBy(() -> new RsyncEndpoint("rsync://-e/m")).hasMessageContaining("rsync://");
    }

    @Test
    void everyExitCodeHasARow() {
        assertThat(RsyncExit.of(0).kind()).isEqualTo(RsyncExit.Kind.DONE);
        assertThat(RsyncExit.of(24).kind()).isEqualTo(RsyncExit.Kind.DONE);
        assertThat(RsyncExit.of(23).kind()).isEqualTo(RsyncExit.Kind.PARTIAL);
        assertThat(List.of(1, 2, 4)).allMatch(code -> RsyncExit.of(code).kind() == RsyncExit.Kind.POISON);
        assertThat(List.of(5, 10, 12, 20, 30, 35, 255, 137, 99))
                .allMatch(code -> RsyncExit.of(code).kind() == RsyncExit.Kind.TRANSPORT);
        assertThat(RsyncExit.of(11).kind()).isEqualTo(RsyncExit.Kind.LOCAL);
    }

    @Test
    void onlyErrorsThatProveAbsenceLeaveAListingComplete() {
        String harmless = """
                rsync: [sender] link_stat "/y/q" (in m) failed: Not a directory (20)
                rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1394)
                """;
        String denied =
                "rsync: [sender] link_stat \"/y failed: Not a directory (20)\" (in m) failed: Permission denied (13)\n";

        assertThat(new RsyncRun(23, false, Map.of(), harmless, 0).listsAll()).isTrue();
        assertThat(new RsyncRun(23, false, Map.of(), harmless + denied, 0).listsAll())
                .isFalse();
        assertThat(new RsyncRun(23, false, Map.of(), "IO error encountered\n", 0).listsAll())
                .isFalse();
        assertThat(new RsyncRun(0, true, Map.of(), "", 0).listsAll()).isFalse();
    }

    @Test
    void listingThatPassedOverALongPathNamesIt() {
        String overlong = """
                filename overflows max-path len by 1,150: top/a\\#012b
                rsync error: some files/attrs were not transferred (see previous errors) (code 23) at main.c(1874)
                """;
        RsyncRun run = new RsyncRun(23, false, Map.of(), overlong, 0);

        assertThat(run.listsAll()).isTrue();
        assertThat(run.overlong()).containsExactly(RelPath.of("top/a\nb"));
        RsyncRun unnamed = new RsyncRun(23, false, Map.of(), "filename overflows max-path len by 3: ../x\n", 0);
        assertThat(unnamed.listsAll()).isFalse();
    }
}
