package io.weir.applier.hook;

import io.weir.posix.ErrnoException;
import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a program with the JSON as its standard input. It has a session of its own, so that it can be killed with everything it started,
 * and none of the capabilities with which an applier keeps owners; the replica's root is its working directory, and of the applier's
 * environment it sees {@link #INHERITED} only, as there may be secrets in the rest.
 */
final class CommandCaller implements Caller {
    private static final Logger log = LoggerFactory.getLogger(CommandCaller.class);

    /** What a program sees of the applier's environment. */
    static final List<String> INHERITED = List.of("PATH", "HOME", "LANG", "LC_ALL", "TZ");

    private static final int OUTPUT_KEPT = 4 * 1024;
    /** How long its output may stay open after it has ended: something it left behind may have it too. */
    private static final long OUTPUT_MILLIS = 1_000;

    private final List<String> command;
    private final Map<String, String> environment;
    private final Path directory;
    private final Duration timeout;
    /** Gives a program a session, so that all that it starts can be ended with it; of util-linux. */
    static final String SESSION = "setsid";

    private final String name;

    /**
     * Nothing runs yet.
     *
     * @param name what threads and lines of the log are named after
     * @param command an absolute path and arguments
     * @param environment in addition
     */
    CommandCaller(
            String name, List<String> command, Map<String, String> environment, Path directory, Duration timeout) {
        this.name = name;
        List<String> all = new ArrayList<>();
        // By their paths: a name would be looked for again, and PATH may have the replica's own directory.
        Programs.find("setpriv", System.getenv("PATH"))
                .ifPresent(
                        found -> all.addAll(List.of(found.toString(), "--ambient-caps", "-all", "--inh-caps", "-all")));
        all.add(Programs.find(SESSION, System.getenv("PATH"))
                .map(Path::toString)
                .orElse(SESSION));
        all.addAll(command);
        this.command = List.copyOf(all);
        this.environment = Map.copyOf(environment);
        this.directory = directory;
        this.timeout = timeout;
    }

    @Override
    public Optional<String> call(byte[] json) throws InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().keySet().retainAll(INHERITED);
        builder.environment().putAll(environment);
        Process process;
        try {
            process = builder.directory(directory.toFile())
                    .redirectErrorStream(true)
                    .start();
        } catch (IOException e) {
            return Optional.of("the program cannot be started: " + e.getMessage());
        }
        boolean isDone = false;
        try {
            Optional<String> failure = finish(process, json);
            isDone = failure.isEmpty();
            return failure;
        } finally {
            if (!isDone) {
                killGroup(process);
                process.destroyForcibly();
            }
        }
    }

    private Optional<String> finish(Process process, byte[] json) throws InterruptedException {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        CountDownLatch drained = new CountDownLatch(1);
        daemon("output", () -> drain(process.getInputStream(), output, drained));
        daemon("input", () -> feed(process.getOutputStream(), json));
        if (!process.waitFor(timeout.toMillis(), TimeUnit.MILLISECONDS)) {
            return Optional.of("it did not end within " + timeout.toMillis() + " ms and was killed" + said(output));
        }
        if (!drained.await(OUTPUT_MILLIS, TimeUnit.MILLISECONDS)) {
            log.debug("the output of a program stays open: hook={}", name);
        }
        int exit = process.exitValue();
        if (exit != 0) {
            return Optional.of("exit " + exit + said(output));
        }
        String said = said(output);
        if (!said.isEmpty()) {
            log.info("hook {}{}", name, said);
        }
        return Optional.empty();
    }

    private void daemon(String what, Runnable work) {
        Thread thread = new Thread(work, name + "-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private static String said(ByteArrayOutputStream output) {
        String text =
                RelPath.display(output.toByteArray()).replace("\\x0a", " ").strip();
        return text.isEmpty() ? "" : ", saying: " + text;
    }

    private static void drain(InputStream from, ByteArrayOutputStream output, CountDownLatch drained) {
        try (from) {
            byte[] buffer = new byte[8 * 1024];
            int length;
            while ((length = from.read(buffer)) >= 0) {
                output.write(buffer, 0, Math.min(length, OUTPUT_KEPT - output.size()));
            }
        } catch (IOException e) {
            log.debug("reading the output of a program ended early: cause={}", e.getMessage());
        } finally {
            drained.countDown();
        }
    }

    private static void feed(OutputStream to, byte[] json) {
        try (to) {
            to.write(json);
        } catch (IOException e) {
            // It may do without; its exit code says whether it succeeded.
            log.debug("a program did not read all of its input: cause={}", e.getMessage());
        }
    }

    /** Also when its leader has ended: a group's number is not given out again while it has members. */
    private static void killGroup(Process process) {
        try {
            Processes.killGroup(process.pid(), Processes.SIGKILL);
        } catch (ErrnoException e) {
            log.debug("killing a program failed: pid={} cause={}", process.pid(), e.getMessage());
        }
    }
}
