package io.weir.applier;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.applier.consume.VerifyPlan;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.hook.Hook;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.Way;
import io.weir.schemas.VerifyLevel;
import io.weir.service.CronSchedule;
import io.weir.service.ExitCode;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class ApplierSettingsTest {
    private static final String TOP = "kafka.bootstrap.servers: localhost:9092\napplier:\n  replica: backup1\n";

    private static ApplierSettings read(String yaml) {
        return SettingsFile.parse("weir.yaml", TOP + yaml, name -> null, ApplierSettings::read);
    }

    @Test
    void readsASourceWithItsOptions() {
        ApplierSettings settings = read("""
              sources:
                - name: data
                  root: /srv/data
                  url: rsync://weir@host:8730/data/
                  delete: never
                  baseline.bwlimit: 5 MiB
            """);

        assertThat(settings.sources()).singleElement().satisfies(source -> {
            assertThat(source.endpoint().url()).isEqualTo("rsync://host:8730/data/");
            assertThat(source.deletePolicy()).isEqualTo(DeletePolicy.NEVER);
            assertThat(source.rsync().ofBaseline().bwlimit()).isEqualTo(5 * 1024);
            assertThat(source.rsync().bwlimit()).isZero();
        });
    }

    @Test
    void tellsAllProblemsAtOnceWithWhatWasMeant() {
        assertThatThrownBy(() -> read("""
              max.proceses: 3
              sources:
                - name: data
                  root: /srv/data
                  url: host:/path
                  filters: ["a["]
                  rsync: {delete: "true"}
            """))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.SETTINGS))
                .hasMessageContainingAll(
                        "did you mean applier.max.processes?", "rsync://", "rsync option 'delete' is not allowed");
    }

    @Test
    void refusesReplicasInsideEachOther() {
        assertThatThrownBy(() -> read("""
              sources:
                - name: data
                  root: /srv/data
                  url: rsync://host/data/
                - name: logs
                  root: /srv/data/logs
                  url: rsync://host/logs/
            """)).hasMessageContaining("lies in that of 'data'");
        assertThatThrownBy(() -> read("")).hasMessageContaining("add a list of sources");
    }

    @Test
    void whatIsRestoredDoesNotGoIntoTheReplica() {
        assertThat(readSource("url: rsync://host/data/", "restore.dir: /srv/restored")
                        .sources())
                .first()
                .satisfies(source -> assertThat(source.restoreDirectory()).contains(Path.of("/srv/restored")));
        assertThatThrownBy(() -> readSource("url: rsync://host/data/", "restore.dir: /srv/x/../data/sub"))
                .hasMessageContainingAll("restore.dir", "must not lie in the replica");
        assertThatThrownBy(() -> readSource("url: rsync://host/data/", "restore.dir: /srv"))
                .hasMessageContaining("restore.dir /srv of source 'data' holds, or lies in, /srv/data");
    }

    private static ApplierSettings readSource(String... lines) {
        return read("  sources:\n    - name: data\n      root: /srv/data\n"
                + String.join("\n", lines).indent(6));
    }

    @Test
    void readsTheWayOfASource() {
        assertThat(readSource("url: rsync+ssh://pull@files:2222/data", "ssh.identity: /k", "ssh.known.hosts: /h")
                        .sources()
                        .get(0)
                        .endpoint())
                .isEqualTo(RsyncEndpoint.of(
                        "rsync+ssh://pull@files:2222/data/", null, new Way.Ssh(Path.of("/k"), Path.of("/h"))));
        assertThat(readSource(
                                "url: rsyncs://weir@files/data/",
                                "secrets.file: /s",
                                "tls.ca: /ca",
                                "tls.certificate: /c",
                                "tls.key: /k")
                        .sources()
                        .get(0)
                        .endpoint())
                .isEqualTo(RsyncEndpoint.of(
                        "rsyncs://weir@files/data/",
                        Path.of("/s"),
                        new Way.Tls(Path.of("/ca"), Optional.of(new Way.Tls.Client(Path.of("/c"), Path.of("/k"))))));
    }

    @Test
    void readsWhenAndHowASourceIsVerifiedOrSaysWhatAScheduleIs() {
        VerifyPlan plan = readSource(
                        "url: rsync://host/data/",
                        "verify.schedule: 30 2 * * 0",
                        "verify.level: sample",
                        "verify.sample: 5",
                        "verify.bwlimit: 20 MiB")
                .sources()
                .get(0)
                .verify();

        assertThat(plan.schedule()).hasValue(CronSchedule.parse("30 2 * * 0"));
        assertThat(plan.order().getLevel()).isEqualTo(VerifyLevel.SAMPLE);
        assertThat(plan.order().getSamplePercent()).isEqualTo(5);
        assertThat(plan.order().getBytesPerSecond()).isEqualTo(20 << 20);
        assertThatThrownBy(() -> readSource("url: rsync://host/data/", "verify.schedule: daily", "verify.sample: 0"))
                .hasMessageContainingAll("is no schedule of five fields", "30 2 * * 0", "must be from 1 to 100");
    }

    @Test
    void readsHooksOrSaysAllThatIsWrongWithThem() {
        ReplicaSettings source = readSource(
                        "url: rsync://host/data/",
                        "baseline.schedule: 0 3 * * *",
                        "hooks:",
                        "  - command: [/usr/local/bin/purge, --zone, www]",
                        "    paths: ['*.html']",
                        "    required: true",
                        "  - name: chat",
                        "    url: https://hooks.example/x",
                        "    token.file: /t",
                        "    timeout: 5 s",
                        "    retries: 1")
                .sources()
                .get(0);

        assertThat(source.baselines()).hasValue(CronSchedule.parse("0 3 * * *"));
        assertThat(source.hooks()).extracting(Hook::name).containsExactly("purge", "chat");
        assertThat(source.hooks()).extracting(Hook::required).containsExactly(true, false);
        assertThat(source.hooks().get(0).means())
                .isEqualTo(new Hook.Program(List.of("/usr/local/bin/purge", "--zone", "www")));
        assertThat(source.hooks().get(1).means()).hasToString("https://hooks.example");
        assertThatThrownBy(() -> readSource(
                        "url: rsync://host/data/",
                        "baseline.schedule: nightly",
                        "hooks:",
                        "  - comand: [x]",
                        "  - command: [bin/purge]",
                        "    paths: ['a[']",
                        "  - {command: [a], url: 'http://b/'}",
                        "  - url: ftp://host/",
                        "  - {url: 'http://host/', token.file: /t}",
                        "  - {url: 'http://user:pw@host/'}",
                        "  - command: [/bin/same]",
                        "  - command: [same]"))
                .hasMessageContainingAll(
                        "baseline.schedule: is no schedule",
                        "did you mean command?",
                        "a hook needs one of them",
                        "must begin with an absolute path",
                        "pattern 'a[' is refused",
                        "is there beside url",
                        "must begin with https://",
                        "in the clear",
                        "must hold no user, password",
                        "'same' is the name of two hooks");
    }

    @Test
    void refusesWaysThatLackSomethingOrHaveWhatIsNotTheirs() {
        assertThatThrownBy(() -> readSource("url: rsync+ssh://pull@files/data/", "secrets.file: /s", "tls.ca: /ca"))
                .hasMessageContainingAll(
                        "ssh.identity: is missing",
                        "ssh.known.hosts: is missing",
                        "where ssh says who calls",
                        "is for urls that begin with rsyncs://");
        assertThatThrownBy(() -> readSource("url: rsyncs://files/data/", "tls.key: /k", "ssh.identity: /k"))
                .hasMessageContainingAll(
                        "tls.ca: is missing",
                        "tls.certificate: is missing; a certificate and its key go together",
                        "is for urls that begin with rsync+ssh://");
        assertThatThrownBy(() -> readSource("url: rsync+ssh://files/data/", "ssh.identity: /k", "ssh.known.hosts: /h"))
                .hasMessageContaining("names no user");
        assertThatThrownBy(() -> readSource("url: rsyncs://files/data/", "tls.ca: /c a"))
                .hasMessageContaining("becomes a word of a command");
        assertThatThrownBy(() -> readSource("url: ssh://files/data/"))
                .hasMessageContainingAll("rsync://host", "rsyncs://", "rsync+ssh://");
    }

    @Test
    void refusesAWindowThatIsNone() {
        assertThatThrownBy(() -> SettingsFile.parse("test", """
                        kafka.bootstrap.servers: localhost:9092
                        applier:
                          replica: backup1
                          pause.windows: ["08:00-18:00", "Mon-Fri 8-18"]
                          sources:
                            - {name: data, root: /backup/data, url: "rsync://files/data/"}
                        """, name -> null, ApplierSettings::read))
                .hasMessageContaining("pause.windows")
                .hasMessageContaining("window 'Mon-Fri 8-18' must be such as \"22:00-06:00\"");
    }
}
