package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The Debian packages on a Debian machine with systemd: installed, configured, started, upgraded, rolled back, removed and purged, with
 * a pipeline that runs by their units, as their users and with their capabilities only.
 */
@Tag("packages")
class PackagesIT {
    /** Relative to the module, where the tests run. */
    private static final Path BUILT = Path.of("../deploy/packages/target");

    private static final Path DISTRIBUTION = Path.of("../cli/target");

    /** Those that keep something. */
    private static final List<String> KEEPERS = List.of("weir-agent", "weir-aggregator", "weir-applier");

    private static final List<String> STAGES =
            Stream.concat(KEEPERS.stream(), Stream.of("weir-console")).toList();

    /** Sorts behind every version that is built. */
    private static final String NEWER = "99.0";

    /** Everything that a replica has to keep; the time of its root directory is not kept. */
    private static final String TREE =
            " && find . -mindepth 1 -path ./.weir -prune -o -printf '%p %y %m %U:%G %s %T@ %l\\n' | sort"
                    + " && find . -path ./.weir -prune -o -type f -print0 | sort -z | xargs -0 sha256sum && stat -c '%a %u:%g' .";

    private static final String SETTINGS = """
            set -eu
            cat >/etc/systemd/system/broker.service <<END
            [Service]
            ExecStart=/usr/bin/weir broker --data /srv/broker --port 9092
            END
            secret=$(od -An -N32 -tx1 /dev/urandom | tr -d ' \\n')
            umask 077
            echo "$secret" >/etc/weir/rsync.secret
            echo "weir:$secret" >/etc/weir/rsyncd.secrets
            chgrp weir-applier /etc/weir/rsync.secret
            chgrp weir-agent /etc/weir/rsyncd.secrets
            chmod 640 /etc/weir/rsync.secret /etc/weir/rsyncd.secrets
            umask 022
            cat >/etc/weir/agent.yaml <<END
            kafka.bootstrap.servers: 127.0.0.1:9092
            agent:
              sources:
                - name: data
                  root: /srv/data
              rsyncd.secrets-file: /etc/weir/rsyncd.secrets
            END
            echo 'kafka.bootstrap.servers: 127.0.0.1:9092' >/etc/weir/aggregator.yaml
            echo 'kafka.bootstrap.servers: 127.0.0.1:9092' >/etc/weir/console.yaml
            cat >/etc/weir/applier.yaml <<END
            kafka.bootstrap.servers: 127.0.0.1:9092
            applier:
              replica: backup1
              sources:
                - name: data
                  root: /srv/replica
                  url: rsync://weir@127.0.0.1:8730/data/
                  secrets.file: /etc/weir/rsync.secret
            END
            """;

    private static final String PAGE =
            "exec 3<>/dev/tcp/127.0.0.1/8630; printf 'GET /api/status HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n' >&3; cat <&3";

    /** Of several owners, readable by nobody else or by nobody at all. */
    private static final String FILES = """
            mkdir -p /srv/data/private /srv/data/open
            cd /srv/data
            echo secret >private/secret && chmod 600 private/secret && chown 5001:5002 private/secret
            echo nobody >private/nobody && chmod 0 private/nobody && chown 5003:5003 private/nobody
            echo set >open/set && chown 5001:5001 open/set && chmod 6755 open/set
            ln open/set open/linked
            ln -s /etc/passwd open/link && chown -h 5004:5004 open/link
            mkfifo open/fifo
            mknod open/device c 1 3
            chown 5005:5005 private && chmod 500 private
            chown 5006:5006 . && chmod 711 .
            """;

    private static Path built(Path folder, String prefix, String suffix) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.filter(each -> each.getFileName().toString().startsWith(prefix)
                            && each.getFileName().toString().endsWith(suffix))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError("no " + prefix + "*" + suffix + " in " + folder));
        }
    }

    /** The built packages in one folder, and the same as a newer version, with other settings as delivered, in another one. */
    private static Path packages(Path folder) throws IOException, InterruptedException {
        assumeTrue(
                Files.isDirectory(BUILT) && Shell.run(BUILT, "ls").contains(".deb"),
                "skipped: no packages were built (-Dquick leaves them out)");
        assumeTrue(Files.exists(Path.of("/usr/bin/dpkg-deb")), "skipped: no dpkg here, so this is no Debian");
        Path shared = Files.createDirectory(folder.resolve("shared"));
        Path now = Files.createDirectory(shared.resolve("now"));
        Path newer = Files.createDirectory(shared.resolve("newer"));
        for (String name : Stream.concat(Stream.of("weir"), STAGES.stream()).toList()) {
            Path deb = Files.copy(built(BUILT, name + "_", ".deb"), now.resolve(name + ".deb"));
            Path content = folder.resolve(name);
            Shell.run(folder, "dpkg-deb", "--raw-extract", deb.toString(), content.toString());
            Path control = content.resolve("DEBIAN/control");
            Files.writeString(
                    control,
                    Files.readString(control)
                            .replaceFirst("(?m)^Version: .*", "Version: " + NEWER)
                            .replaceFirst("weir \\(= [^)]*\\)", "weir (= " + NEWER + ")"));
            Path settings = content.resolve("etc/weir/" + name.replace("weir-", "") + ".yaml");
            if (Files.exists(settings)) {
                Files.writeString(settings, "# Newer.\n" + Files.readString(settings));
            }
            Shell.run(
                    folder,
                    "dpkg-deb",
                    "-Znone",
                    "--build",
                    content.toString(),
                    newer.resolve(name + ".deb").toString());
        }
        Files.copy(built(DISTRIBUTION, "weir-", ".tar.gz"), shared.resolve("weir.tar.gz"));
        return shared;
    }

    @Test
    void packagesAreInstalledUpgradedRolledBackRemovedAndPurged(@TempDir Path folder) throws Exception {
        Root.required("install packages");
        Path shared = packages(folder);
        try (Sandbox machine = Sandbox.start(Files.createDirectory(folder.resolve("sandbox")), shared)) {
            unpacked(machine);
            installed(machine);
            unitsAreSound(machine);
            runs(machine);
            String settings = machine.shell("cat /etc/weir/*.yaml");

            install(machine, "newer");
            assertThat(version(machine)).isEqualTo(NEWER);
            goesOn(machine, settings, "upgraded");

            install(machine, "now");
            assertThat(version(machine)).isNotEqualTo(NEWER);
            goesOn(machine, settings, "rolled-back");

            removed(machine, settings);
            purged(machine);
        }
    }

    private static void install(Sandbox machine, String version) throws IOException, InterruptedException {
        // A JDK may have come from elsewhere than a package.
        machine.shell("dpkg --force-depends --force-confdef --force-confold --install " + Sandbox.SHARED + "/" + version
                + "/*.deb");
    }

    private static String version(Sandbox machine) throws IOException, InterruptedException {
        List<String> versions = machine.run("dpkg-query", "-W", "-f", "${Version}\\n", "weir*")
                .lines()
                .distinct()
                .toList();
        assertThat(versions).hasSize(1);
        return versions.get(0);
    }

    private static void unpacked(Sandbox machine) throws IOException, InterruptedException {
        machine.shell(
                "mkdir /srv/fresh; tar -xzf " + Sandbox.SHARED + "/weir.tar.gz -C /srv/fresh --strip-components=1");
        assertThat(machine.run("/srv/fresh/weir", "--version")).startsWith("weir ");
        assertThat(machine.shell("cd /srv/fresh; ls -d LICENSE README.md docs/install.md deploy/*; ls deploy/systemd"))
                .contains("deploy/config", "deploy/grafana", "deploy/prometheus", "deploy/strimzi", "deploy/systemd")
                .contains(
                        "weir-agent.service",
                        "weir-aggregator.service",
                        "weir-applier.service",
                        "weir-console.service");
    }

    private static void installed(Sandbox machine) throws IOException, InterruptedException {
        install(machine, "now");
        assertThat(machine.run("weir", "--version")).contains("weir");
        assertThat(machine.run("bash", "-c", ". /usr/share/bash-completion/completions/weir; complete -p weir"))
                .contains("_complete_weir");
        for (String stage : KEEPERS) {
            String state = "/var/lib/weir/" + stage.replace("weir-", "");
            assertThat(machine.run("stat", "-c", "%U:%G %a", state)).isEqualTo(stage + ":" + stage + " 700\n");
        }
        for (String stage : STAGES) {
            assertThat(machine.attempt("systemctl", "is-enabled", stage).output())
                    .isEqualTo("disabled\n");
            assertThat(machine.attempt("systemctl", "is-active", stage).output())
                    .isEqualTo("inactive\n");
        }
    }

    private static void unitsAreSound(Sandbox machine) throws IOException, InterruptedException {
        for (String stage : STAGES) {
            String unit = "/usr/lib/systemd/system/" + stage + ".service";
            assertThat(machine.run("systemd-analyze", "verify", unit)).isEmpty();
            // In tenths: a service that may do everything has an exposure of about 9.6, and "OK" ends at 4.
            machine.run("systemd-analyze", "security", "--offline=true", "--threshold=40", unit);
        }
    }

    private static void runs(Sandbox machine) throws IOException, InterruptedException {
        machine.shell(SETTINGS);
        machine.shell(FILES);
        machine.run("install", "-d", "-o", "weir-agent", "-g", "weir-agent", "/srv/data/.weir");
        machine.shell("systemctl daemon-reload;"
                // What lives for seconds is not worth its compilation.
                + " systemctl set-environment WEIR_JAVA_OPTS=-XX:TieredStopAtLevel=1; systemctl start broker; systemctl enable --now "
                + String.join(" ", STAGES));
        awaitEqual(machine);
        machine.shell("cd /srv/data; echo more >>private/secret; rm private/nobody; chown 5009 open/fifo;"
                + " mkdir late; chown 5007:5007 late; chmod 700 late");
        awaitEqual(machine);
        Awaitility.await("the page")
                .atMost(EventuallyEqual.DEADLINE)
                .until(() -> machine.attempt("bash", "-c", PAGE).output().contains("agent/data"));

        for (String stage : STAGES) {
            String user = machine.run("id", "-u", stage).strip();
            assertThat(machine.ofMainProcess(stage, "Uid").split("\\s+")).containsOnly(user);
            assertThat(user).isNotEqualTo("0");
        }
        // CAP_DAC_READ_SEARCH is bit 2, CAP_SYS_CHROOT bit 18.
        assertThat(machine.ofMainProcess("weir-agent", "CapEff")).isEqualTo("0000000000040004");
        assertThat(machine.ofMainProcess("weir-aggregator", "CapEff")).isEqualTo("0000000000000000");
        assertThat(machine.ofMainProcess("weir-console", "CapEff")).isEqualTo("0000000000000000");
        String said = machine.run("journalctl", "--no-pager", "-u", "weir-applier");
        assertThat(said).doesNotContain("pulls are not confined");
        assertThat(machine.shell("grep -l nosymfollow /proc/[0-9]*/mountinfo")).isNotEmpty();
    }

    /** The settings are as they were, what ran was started anew and runs, and what changes goes on to be replicated. */
    private static void goesOn(Sandbox machine, String settings, String file) throws IOException, InterruptedException {
        assertThat(machine.shell("cat /etc/weir/*.yaml")).isEqualTo(settings);
        assertThat(machine.run(Stream.concat(Stream.of("systemctl", "is-active"), STAGES.stream())
                        .toArray(String[]::new)))
                .isEqualTo("active\n".repeat(STAGES.size()));
        machine.shell("echo " + file + " >/srv/data/open/" + file + "; chown 5008 /srv/data/open/" + file);
        awaitEqual(machine);
        assertThat(machine.shell("cat /srv/replica/open/" + file)).isEqualTo(file + "\n");
    }

    private static void removed(Sandbox machine, String settings) throws IOException, InterruptedException {
        String data = machine.shell("cd /srv/data" + TREE);
        machine.shell("dpkg --remove " + String.join(" ", STAGES) + " weir");
        for (String stage : STAGES) {
            assertThat(machine.attempt("systemctl", "is-active", stage).output())
                    .isEqualTo("inactive\n");
        }
        assertThat(machine.attempt("weir", "--version").exit()).isNotZero();
        assertThat(machine.shell("cat /etc/weir/*.yaml")).isEqualTo(settings);
        assertThat(machine.run("ls", "/var/lib/weir")).isEqualTo("agent\naggregator\napplier\n");
        assertThat(machine.shell("cd /srv/replica" + TREE)).isEqualTo(data);
    }

    private static void purged(Sandbox machine) throws IOException, InterruptedException {
        String data = machine.shell("cd /srv/data" + TREE);
        // Where nobody should put it.
        machine.shell("mv /srv/replica /var/lib/weir/applier/replica");
        machine.shell("dpkg --purge " + String.join(" ", STAGES) + " weir");
        assertThat(machine.run("ls", "/etc/weir")).isEqualTo("rsync.secret\nrsyncd.secrets\n");
        assertThat(machine.run("ls", "/var/lib/weir")).isEqualTo("applier\n");
        assertThat(machine.run("find", "/etc/systemd/system", "-name", "weir*")).isEmpty();
        assertThat(machine.shell("cd /srv/data" + TREE)).isEqualTo(data);
        assertThat(machine.shell("cd /var/lib/weir/applier/replica" + TREE)).isEqualTo(data);
        assertThat(machine.shell("ls /srv/data/.weir")).contains("id-");
    }

    private static void awaitEqual(Sandbox machine) throws IOException, InterruptedException {
        String[] last = new String[2];
        try {
            Awaitility.await("the replica as the source")
                    .atMost(EventuallyEqual.DEADLINE)
                    .pollInterval(Duration.ofMillis(250))
                    .until(() -> {
                        last[0] = machine.attempt("sh", "-euc", "cd /srv/data" + TREE)
                                .output();
                        last[1] = machine.attempt("sh", "-euc", "cd /srv/replica" + TREE)
                                .output();
                        return last[0].equals(last[1]);
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(
                    "source:\n" + last[0] + "replica:\n" + last[1]
                            + machine.attempt("journalctl", "--no-pager", "-n", "200")
                                    .output(),
                    e);
        }
    }
}
