package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.awaitility.Awaitility;

/** One command in a process of its own, that can be killed, stopped and started again with the same arguments. */
final class WeirProcess implements AutoCloseable {
    private static final int LOG_TAIL = 3_000;
    private static final long STOP_SECONDS = 90;
    private static final long EXIT_SECONDS = 10;

    private static final Predicate<String> RUNS =
            Pattern.compile("^\\S+ runs( at .*)?$|^kafka    \\S+$").asPredicate();
    static final String WEIR = "io.weir.cli.Main";
    static final List<String> JAVA = List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-XX:+UseSerialGC",
            // They live for a minute at most: the best code is not worth its compilation.
            "-XX:TieredStopAtLevel=1");

    private final Surroundings surroundings;
    private final List<String> arguments;
    private final Path log;
    private int logStart;
    private volatile Process process;

    private WeirProcess(Path log, Surroundings surroundings, List<String> arguments) throws IOException {
        this.log = log;
        this.surroundings = surroundings;
        this.arguments = arguments;
        this.process = launch();
        // When the tests are ended from outside, what they started ends too.
        Runtime.getRuntime().addShutdownHook(new Thread(this::endAtExit));
    }

    /** Starts {@code weir} with these arguments; what it prints is appended to the log file. */
    static WeirProcess start(Path log, String... arguments) throws IOException {
        return start(log, Surroundings.PLAIN, arguments);
    }

    /** The same in other surroundings. */
    static WeirProcess start(Path log, Surroundings surroundings, String... arguments) throws IOException {
        return new WeirProcess(log, surroundings, List.of(arguments));
    }

    /** Starts everything in one process, with its log and its data below a folder. */
    static WeirProcess up(Path folder, Path source, List<Path> replicas, String... more) throws IOException {
        List<String> all = new ArrayList<>(List.of("up", "--source", source.toString()));
        replicas.forEach(replica -> all.addAll(List.of("--replica", replica.toString())));
        all.addAll(List.of("--data", folder.resolve("data").toString()));
        all.addAll(List.of(more));
        return start(folder.resolve("log"), all.toArray(String[]::new));
    }

    /**
     * What a process finds around it.
     *
     * @param prefix a command that becomes the process, such as {@code ip netns exec NAME}; mostly empty
     * @param environment variables that are added
     * @param main the class to run
     */
    record Surroundings(List<String> prefix, Map<String, String> environment, String main) {
        static final Surroundings PLAIN = new Surroundings(List.of(), Map.of(), WEIR);

        Surroundings behind(List<String> other) {
            return new Surroundings(other, environment, main);
        }

        Surroundings with(Map<String, String> other) {
            return new Surroundings(prefix, other, main);
        }

        Surroundings running(String other) {
            return new Surroundings(prefix, environment, other);
        }
    }

    /** A command that ended. */
    record Ended(int exit, String output) {}

    /** Runs a command that ends by itself. */
    static Ended run(Path log, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        return run(log, Surroundings.PLAIN.with(environment), arguments);
    }

    /** The same in other surroundings. */
    static Ended run(Path log, Surroundings surroundings, String... arguments)
            throws IOException, InterruptedException {
        Process process = command(log, surroundings, List.of(arguments)).start();
        if (!process.waitFor(EventuallyEqual.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still runs: weir " + List.of(arguments) + "\n" + Files.readString(log));
        }
        return new Ended(process.exitValue(), Files.readString(log));
    }

    /** In order at first: an agent that is killed leaves its rsync daemon behind. */
    private void endAtExit() {
        process.destroy();
        try {
            process.waitFor(EXIT_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        process.destroyForcibly();
    }

    private Process launch() throws IOException {
        logStart = Files.exists(log) ? Files.readString(log).length() : 0;
        return command(log, surroundings, arguments).start();
    }

    private static ProcessBuilder command(Path log, Surroundings surroundings, List<String> arguments) {
        List<String> command = new ArrayList<>(surroundings.prefix());
        command.addAll(JAVA);
        command.addAll(ClassArchive.options());
        command.addAll(List.of("-cp", ClassArchive.CLASS_PATH, surroundings.main()));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().putAll(surroundings.environment());
        return builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** What it has in memory (VmRSS of proc(5)). */
    long residentBytes() throws IOException {
        String kibibytes = Files.readAllLines(Path.of("/proc", Long.toString(process.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmRSS:"))
                .findFirst()
                .orElseThrow(() -> new IOException("no VmRSS of process " + process.pid()));
        return Long.parseLong(kibibytes.replaceAll("\\D", "")) << 10;
    }

    /** Ends it at once (SIGKILL): nothing is closed, its children are left to themselves. */
    void kill() throws IOException, InterruptedException {
        Processes.kill(process.pid(), Processes.SIGKILL);
        assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** Ends it and what it started at once, as when its host is lost. */
    void killWithChildren() throws IOException, InterruptedException {
        List<ProcessHandle> children = process.descendants().toList();
        kill();
        children.forEach(ProcessHandle::destroyForcibly);
    }

    /** Waits until it ends by itself; how it ended. */
    int awaitExit() throws InterruptedException {
        assertThat(process.waitFor(EventuallyEqual.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                .as("the end of weir %s: %s", arguments, logTail())
                .isTrue();
        return process.exitValue();
    }

    /** Holds it (SIGSTOP): it keeps its connections and answers nothing. */
    void suspend() throws IOException {
        Processes.kill(process.pid(), Processes.SIGSTOP);
    }

    /** Lets it go on (SIGCONT). */
    void resume() throws IOException {
        Processes.kill(process.pid(), Processes.SIGCONT);
    }

    /** Has it read its settings again (SIGHUP). */
    void hangUp() throws IOException {
        Processes.kill(process.pid(), Processes.SIGHUP);
    }

    /** Starts it again after it has ended. */
    void restart() throws IOException {
        assertThat(process.isAlive()).isFalse();
        process = launch();
    }

    /** Waits until it says, since its last start, that it runs. */
    void awaitRunning() {
        Awaitility.await("weir " + arguments)
                .atMost(EventuallyEqual.DEADLINE)
                .failFast("it ended", () -> !process.isAlive())
                .until(() -> Files.readString(log).substring(logStart).lines().anyMatch(RUNS));
    }

    /** All that it printed. */
    String log() throws IOException {
        return Files.readString(log);
    }

    /** The end of what it printed. */
    String logTail() {
        try {
            String all = Files.readString(log);
            return all.substring(Math.max(0, all.length() - LOG_TAIL));
        } catch (IOException e) {
            return "no log: " + e;
        }
    }

    /** Asks it to stop (SIGTERM). */
    void terminate() {
        process.destroy();
    }

    /** Stops it in order (SIGTERM); kills it when that takes too long. */
    @Override
    public void close() throws IOException {
        terminate();
        try {
            if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
                kill();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while stopping weir " + arguments, e);
        }
    }
}
