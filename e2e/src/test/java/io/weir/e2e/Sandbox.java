package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.weir.posix.Processes;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A copy-on-write image of this machine with systemd as its first process, in namespaces of its own, in which packages can be
 * installed and services started without a trace on the machine; see {@code packages/boot}. For root, on a machine with systemd.
 */
final class Sandbox implements AutoCloseable {
    /** The folder of the machine that is seen inside, read-only. */
    static final String SHARED = "/mnt/shared";

    private static final Path SYSTEMD = Path.of("/lib/systemd/systemd");
    private static final Path GROUPS = Path.of("/sys/fs/cgroup");
    private static final Duration BOOT = Duration.ofSeconds(60);

    private final String name = "weir-sandbox-" + ProcessHandle.current().pid();
    private final Path log;
    private final Process outside;
    private final long init;

    private Sandbox(Path folder, Path shared) throws IOException {
        Path boot = folder.resolve("boot");
        try (InputStream script =
                Objects.requireNonNull(Sandbox.class.getResourceAsStream("/packages/boot"), "packages/boot")) {
            Files.copy(script, boot);
        }
        Path image = Files.createDirectory(folder.resolve("image"));
        log = folder.resolve("boot.log");
        outside = new ProcessBuilder("bash", boot.toString(), name, image.toString(), shared.toString())
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(this::end));
        init = awaitBooted();
    }

    /**
     * Starts it; skips the test with a clear line where that is not possible.
     *
     * @param folder an empty one, for its own files
     * @param shared what is seen as {@link #SHARED}
     */
    static Sandbox start(Path folder, Path shared) throws IOException {
        Root.required("make namespaces and mounts");
        assumeTrue(Files.exists(SYSTEMD), "skipped: no systemd here (package systemd)");
        return new Sandbox(folder, shared);
    }

    private long awaitBooted() throws IOException {
        try {
            Awaitility.await("systemd in the sandbox")
                    .atMost(BOOT)
                    .failFast("it ended", () -> !outside.isAlive())
                    .until(() -> first().isPresent() && isBooted(first().get()));
            return first().orElseThrow();
        } catch (ConditionTimeoutException | org.awaitility.core.TerminalFailureException e) {
            end();
            assumeTrue(false, "skipped: systemd cannot be started in namespaces here: " + Files.readString(log));
            throw e;
        }
    }

    /** The first process inside: what {@code unshare} has started. */
    private Optional<Long> first() {
        return outside.children().findFirst().map(ProcessHandle::pid);
    }

    private static boolean isBooted(long pid) throws IOException, InterruptedException {
        Ran ran = run(pid, List.of("systemctl", "is-system-running"));
        return ran.output().strip().equals("running");
    }

    /** What a command printed, and its exit code. */
    record Ran(int exit, String output) {}

    /** Runs a command inside, as root, and returns what it printed; fails unless it ends with 0. */
    String run(String... command) throws IOException, InterruptedException {
        Ran ran = run(init, List.of(command));
        assertThat(ran.exit()).as("%s: %s", List.of(command), ran.output()).isZero();
        return ran.output();
    }

    /** Runs lines of a shell inside, as {@link #run}. */
    String shell(String lines) throws IOException, InterruptedException {
        return run("sh", "-euc", lines);
    }

    /** The same, however it ends. */
    Ran attempt(String... command) throws IOException, InterruptedException {
        return run(init, List.of(command));
    }

    private static Ran run(long pid, List<String> command) throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(List.of(
                "nsenter",
                "--target=" + pid,
                "--mount",
                "--pid",
                "--net",
                "--ipc",
                "--uts",
                "--cgroup",
                "--root",
                "--wd",
                "--",
                "env",
                "-i",
                "LC_ALL=C.UTF-8",
                "DEBIAN_FRONTEND=noninteractive",
                "PATH=/usr/sbin:/usr/bin:/sbin:/bin"));
        all.addAll(command);
        Process process = new ProcessBuilder(all)
                .redirectInput(new File("/dev/null"))
                .redirectErrorStream(true)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(5, TimeUnit.MINUTES)).isTrue();
        return new Ran(process.exitValue(), output);
    }

    /** The number outside of a process that a service runs as its main one. */
    String ofMainProcess(String unit, String key) throws IOException, InterruptedException {
        String status = shell("cat /proc/$(systemctl show --value -p MainPID " + unit + ")/status");
        return status.lines()
                .filter(line -> line.startsWith(key + ":"))
                .map(line -> line.substring(key.length() + 1).strip())
                .findFirst()
                .orElseThrow(() -> new AssertionError("no " + key + " in " + status));
    }

    /** Ends everything in it; the memory it has used is free then. */
    @Override
    public void close() throws IOException {
        end();
        for (Path hierarchy : List.of(GROUPS, GROUPS.resolve("unified"))) {
            removeGroups(hierarchy.resolve(name));
        }
    }

    private static void removeGroups(Path top) throws IOException {
        if (!Files.isDirectory(top)) {
            return;
        }
        List<Path> groups;
        try (Stream<Path> walk = Files.walk(top)) {
            groups = walk.filter(Files::isDirectory)
                    .sorted(Comparator.reverseOrder())
                    .toList();
        }
        for (Path group : groups) {
            // A killed process is in its group until it is gone.
            Awaitility.await().ignoreExceptions().untilAsserted(() -> Files.deleteIfExists(group));
        }
    }

    private void end() {
        first().ifPresent(pid -> {
            try {
                Processes.kill(pid, Processes.SIGKILL);
            } catch (IOException e) {
                System.err.println("the sandbox is not ended: " + e);
            }
        });
        outside.destroyForcibly();
        outside.onExit().join();
    }
}
