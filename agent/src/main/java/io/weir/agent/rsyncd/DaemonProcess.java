package io.weir.agent.rsyncd;

import io.weir.posix.Processes;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.Outage;
import io.weir.service.WeirException;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The process of a daemon: started, started again when it dies, and killed with everything it forked when this is closed. One that a
 * killed agent left behind is ended first. Started and watched by one thread at a time; closed by any.
 */
final class DaemonProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(DaemonProcess.class);
    private static final Duration READY_PATIENCE = Duration.ofSeconds(30);
    private static final long END_SECONDS = 10;

    private final String what;
    private final RsyncdFiles files;
    private final String pidName;
    private final Recipe recipe;
    private final Outage outage = new Outage();
    private final Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(30), 0.2);
    private volatile @Nullable Process process;
    private volatile String said = "";
    private volatile boolean isEndWanted;
    private volatile boolean closed;

    /** What is to be run, and how it shows that it runs. */
    interface Recipe {
        /** Writes what the daemon reads. Called before every start. */
        void prepare() throws IOException;

        /** The command; the last word ends in the path of a file that only this daemon has. */
        List<String> command();

        /** Whether it does its work. */
        boolean answers();

        /** Whether a line of its output says why it ends, should it end. */
        boolean isTelling(String line);

        /** Where it listens, for messages. */
        String place();

        /** What to do when it does not start. */
        String hint();
    }

    /**
     * Nothing is started yet.
     *
     * @param what the daemon, for messages
     * @param pidName name of the file that keeps its number
     */
    DaemonProcess(String what, RsyncdFiles files, String pidName, Recipe recipe) {
        this.what = what;
        this.files = files;
        this.pidName = pidName;
        this.recipe = recipe;
    }

    /**
     * Starts it, and returns when it answers.
     *
     * @throws WeirException when it does not
     */
    void start() throws IOException, InterruptedException {
        endLeftover();
        launch();
        awaitReady();
    }

    private String mark() {
        List<String> command = recipe.command();
        return command.get(command.size() - 1);
    }

    private void endLeftover() throws IOException, InterruptedException {
        Optional<Long> leftover = files.leftover(pidName, mark());
        if (leftover.isPresent()) {
            log.warn("ending the {} of an agent that was killed: pid={}", what, leftover.get());
            killGroup(leftover.get(), Processes.SIGKILL);
            // A killed process has its port until it is gone, which takes a moment on a busy machine.
            long end = System.nanoTime() + READY_PATIENCE.toNanos();
            while (files.leftover(pidName, mark()).isPresent() && System.nanoTime() - end < 0) {
                synchronized (this) {
                    TimeUnit.MILLISECONDS.timedWait(this, 10);
                }
            }
        }
    }

    private void launch() throws IOException {
        recipe.prepare();
        said = "";
        // A session of its own: a Ctrl-C at the terminal is for the agent, which ends the daemon in its turn, and the
        // group of everything the daemon forks can be killed.
        ProcessBuilder builder = new ProcessBuilder("setsid");
        builder.command().addAll(recipe.command());
        Process started =
                builder.directory(new File("/")).redirectErrorStream(true).start();
        process = started;
        started.getOutputStream().close();
        Thread reader = new Thread(() -> readLog(started), what.replace(' ', '-') + "-log");
        reader.setDaemon(true);
        reader.start();
        files.writeNumber(pidName, started.pid());
    }

    private void readLog(Process from) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(from.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (recipe.isTelling(line)) {
                    said = line;
                }
                log.debug("{} says: line={}", what, line);
            }
        } catch (IOException e) {
            log.debug("the output of the {} has ended: cause={}", what, e.getMessage());
        }
    }

    private void awaitReady() throws InterruptedException {
        Process started = process;
        long end = System.nanoTime() + READY_PATIENCE.toNanos();
        while (started != null && System.nanoTime() < end) {
            if (recipe.answers() && started.isAlive()) {
                return;
            }
            if (started.waitFor(20, TimeUnit.MILLISECONDS)) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "start the " + what + " on " + recipe.place() + ": it ended with code " + started.exitValue()
                                + ", saying '" + said + "'; " + recipe.hint());
            }
        }
        throw new WeirException(
                ExitCode.UNAVAILABLE,
                "start the " + what + " on " + recipe.place() + ": no answer within " + READY_PATIENCE.toSeconds()
                        + " s");
    }

    /** Ends it at the next look, to be started again with what is written then. */
    void renew() {
        Process running = process;
        if (running != null) {
            isEndWanted = true;
            killGroup(running.pid(), Processes.SIGTERM);
        }
    }

    /**
     * Waits a while for it to die, and starts it again when it did.
     *
     * @return the process when it runs
     */
    Optional<ProcessHandle> watch() throws InterruptedException {
        Process running = process;
        if (running == null) {
            // It could not be launched the last time.
            restart(backoff.next());
            return Optional.empty();
        }
        if (!running.waitFor(500, TimeUnit.MILLISECONDS)) {
            return Optional.of(running.toHandle());
        }
        if (closed) {
            return Optional.empty();
        }
        boolean wasWanted = isEndWanted;
        isEndWanted = false;
        // Once only: later the number may be another's.
        process = null;
        // What it forked goes on without it and would keep the port's connections.
        killGroup(running.pid(), Processes.SIGKILL);
        Duration wait = wasWanted ? Duration.ZERO : backoff.next();
        if (!wasWanted && outage.isNews("ended: " + running.exitValue() + " " + said)) {
            log.warn(
                    "the {} ended and is started again: exit={} said={} retry={}",
                    what,
                    running.exitValue(),
                    said,
                    wait);
        }
        restart(wait);
        return Optional.empty();
    }

    private void restart(Duration wait) throws InterruptedException {
        long notBefore = System.nanoTime() + wait.toNanos();
        synchronized (this) {
            long left = notBefore - System.nanoTime();
            while (!closed && left > 0) {
                TimeUnit.NANOSECONDS.timedWait(this, left);
                left = notBefore - System.nanoTime();
            }
            if (closed) {
                return;
            }
            try {
                launch();
            } catch (IOException | WeirException e) {
                notStarted("cannot be started", e);
                return;
            }
        }
        try {
            awaitReady();
            backoff.reset();
            long away = outage.end().map(Duration::toSeconds).orElse(0L);
            log.info("{} ready again: at={} awaySeconds={}", what, recipe.place(), away);
        } catch (WeirException e) {
            notStarted("does not start", e);
        }
    }

    private void notStarted(String how, Exception failure) {
        if (outage.isNews(how + ": " + failure.getMessage())) {
            log.error("the {} {}, tried again: cause={}", what, how, failure.getMessage());
        }
    }

    /** Lets a watch that waits return, and asks the daemon to end. */
    void end() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        Process running = process;
        if (running != null) {
            killGroup(running.pid(), Processes.SIGTERM);
        }
    }

    /** Ends it for good; nobody watches any more. */
    @Override
    public void close() {
        end();
        Process running = process;
        if (running != null) {
            killGroup(running.pid(), Processes.SIGKILL);
            try {
                running.onExit().get(END_SECONDS, TimeUnit.SECONDS);
            } catch (ExecutionException | TimeoutException e) {
                log.warn("the {} does not end: pid={}", what, running.pid());
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void killGroup(long pid, int signal) {
        try {
            Processes.killGroup(pid, signal);
        } catch (IOException gone) {
            log.debug("nothing to end: pid={} signal={} cause={}", pid, signal, gone.getMessage());
        }
    }
}
