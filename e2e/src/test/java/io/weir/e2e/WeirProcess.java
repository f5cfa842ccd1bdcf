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

/** One {@code weir} command in a process of its own, that can be killed and started again with the same arguments. */
final class WeirProcess implements AutoCloseable {
    private static final int LOG_TAIL = 3_000;
    private static final long STOP_SECONDS = 90;

    private final List<String> arguments;
    private final Path log;
    private volatile Process process;

    private WeirProcess(Path log, List<String> arguments) throws IOException {
        this.log = log;
        this.arguments = arguments;
        this.process = launch();
        // When the tests are ended from outside, what they started ends too.
        Runtime.getRuntime().addShutdownHook(new Thread(() -> process.destroyForcibly()));
    }

    /** Starts {@code weir} with these arguments; what it prints is appended to the log file. */
    static WeirProcess start(Path log, String... arguments) throws IOException {
        return new WeirProcess(log, List.of(arguments));
    }

    /** A command that ended. */
    record Ended(int exit, String output) {}

    /** Runs a command that ends by itself. */
    static Ended run(Path log, Map<String, String> environment, String... arguments)
            throws IOException, InterruptedException {
        Process process = command(log, environment, List.of(arguments)).start();
        if (!process.waitFor(EventuallyEqual.DEADLINE.toSeconds(), TimeUnit.SECONDS)) {
            process.destroyForcibly();
            throw new AssertionError("still runs: weir " + List.of(arguments) + "\n" + Files.readString(log));
        }
        return new Ended(process.exitValue(), Files.readString(log));
    }

    private Process launch() throws IOException {
        return command(log, Map.of(), arguments).start();
    }

    private static ProcessBuilder command(Path log, Map<String, String> environment, List<String> arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                "io.weir.cli.Main"));
        command.addAll(arguments);
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("LANG", "C.UTF-8");
        builder.environment().putAll(environment);
        return builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    }

    /** Whether it runs. */
    boolean isAlive() {
        return process.isAlive();
    }

    /** Ends it at once (SIGKILL): nothing is closed, its children are left to themselves. */
    void kill() throws IOException, InterruptedException {
        Processes.kill(process.pid(), Processes.SIGKILL);
        assertThat(process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    /** Starts it again after it has ended. */
    void restart() throws IOException {
        assertThat(process.isAlive()).isFalse();
        process = launch();
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

    /** Stops it in order (SIGTERM); kills it when that takes too long. */
    @Override
    public void close() throws IOException {
        process.destroy();
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
