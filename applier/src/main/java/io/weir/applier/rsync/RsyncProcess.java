package io.weir.applier.rsync;

import io.weir.posix.ErrnoException;
import io.weir.posix.Processes;
import io.weir.schemas.RelPath;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs rsync calls. Thread-safe; a call blocks its caller.
 *
 * <p>Each call is a process group of its own, its list is fed and both of its outputs are drained from the start, and it is killed
 * with its group when it makes no progress: a sender blocks for ever in open(2) when a file it listed has become a fifo. Progress
 * is what it prints and what it reads ({@code rchar} of all its processes), not the time it takes: a huge file takes long. What it
 * writes does not count, as keep-alives are writes; nor does what ssh or openssl read for it, as they have keep-alives of their own.
 */
public final class RsyncProcess implements AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(RsyncProcess.class);
    private static final int ERROR_LIMIT = 4 * 1024 * 1024;
    /** What carries bytes for rsync, by the names that proc(5) has in {@code comm}. */
    private static final Set<String> RELAYS = Set.of("ssh", "openssl");

    private static final String CUT_OFF = "\n(more was said, and not kept)\n";

    private final Duration patience;
    private final ExecutorService streams;
    private final Set<Process> running = ConcurrentHashMap.newKeySet();
    private volatile boolean closed;

    /**
     * No process yet.
     *
     * @param patience how long a call may make no progress
     */
    public RsyncProcess(Duration patience) {
        this.patience = patience;
        AtomicInteger number = new AtomicInteger();
        this.streams = Executors.newCachedThreadPool(task -> {
            Thread thread = new Thread(task, "rsync-stream-" + number.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        });
    }

    /** How long a call may make no progress. */
    public Duration patience() {
        return patience;
    }

    /**
     * Runs one call to its end.
     *
     * @param command the arguments
     * @param paths the list to feed, in order
     * @throws IOException when the process cannot be started
     * @throws InterruptedException when the caller was interrupted or this is closed; the call is killed
     */
    public RsyncRun run(List<String> command, Collection<RelPath> paths) throws IOException, InterruptedException {
        return run(command, paths, item -> {});
    }

    /**
     * Runs one call to its end, and tells of each path as it is printed.
     *
     * @param command the arguments
     * @param paths the list to feed, in order
     * @param seen told in another thread; must be quick
     * @throws IOException when the process cannot be started
     * @throws InterruptedException when the caller was interrupted or this is closed; the call is killed
     */
    public RsyncRun run(List<String> command, Collection<RelPath> paths, Consumer<Item> seen)
            throws IOException, InterruptedException {
        return run(command, paths, seen, patience);
    }

    /**
     * The same of a call that may be longer without progress than others: one whose other end reads content before it says anything.
     *
     * @param longer how long it may make no progress
     * @throws IOException when the process cannot be started
     * @throws InterruptedException when the caller was interrupted or this is closed; the call is killed
     */
    public RsyncRun run(List<String> command, Collection<RelPath> paths, Consumer<Item> seen, Duration longer)
            throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(command);
        // Names and messages are escaped and worded the same everywhere, and %M is in UTC.
        builder.environment().put("LC_ALL", "C");
        builder.environment().put("TZ", "UTC");
        builder.environment().keySet().removeIf(name -> name.startsWith("RSYNC_"));
        Process process = builder.start();
        running.add(process);
        try {
            return finish(process, paths, seen, Relay.of(command), longer);
        } finally {
            kill(process);
            running.remove(process);
        }
    }

    private RsyncRun finish(
            Process process, Collection<RelPath> paths, Consumer<Item> seen, Relay relay, Duration longest)
            throws InterruptedException {
        ItemizedOutput items = new ItemizedOutput(seen);
        ByteArrayOutputStream errors = new ByteArrayOutputStream();
        AtomicLong printed = new AtomicLong();
        CountDownLatch drained = new CountDownLatch(2);
        streams.execute(() -> drain(process.getInputStream(), drained, (buffer, length) -> {
            items.accept(buffer, length);
            printed.addAndGet(length);
        }));
        streams.execute(() -> drain(process.getErrorStream(), drained, (buffer, length) -> {
            keep(errors, buffer, length);
            printed.addAndGet(length);
        }));
        streams.execute(() -> feed(process.getOutputStream(), paths));
        boolean stalled = !watch(process, printed, longest);
        if (stalled) {
            kill(process);
        }
        process.waitFor();
        if (process.exitValue() != 0) {
            // What it forked may outlive it: it would hold the pipes, and put files in place later.
            killGroup(process);
        }
        // A grandchild may hold the pipes a moment longer; a killed group cannot.
        if (!drained.await(patience.toMillis(), TimeUnit.MILLISECONDS)) {
            killGroup(process);
            drained.await();
        }
        if (closed) {
            throw new InterruptedException("the replica is being closed");
        }
        items.end();
        return new RsyncRun(
                process.exitValue(),
                stalled,
                items.items(),
                errors.toString(StandardCharsets.UTF_8),
                items.bytesReceived(),
                relay);
    }

    /** True when the process ended by itself, false when it made no progress for too long. */
    private boolean watch(Process process, AtomicLong printed, Duration longest) throws InterruptedException {
        long step = Math.max(50, longest.toMillis() / 20);
        long last = -1;
        long since = System.nanoTime();
        while (!process.waitFor(step, TimeUnit.MILLISECONDS)) {
            long now = printed.get() + bytesRead(process);
            if (now != last) {
                last = now;
                since = System.nanoTime();
            } else if (System.nanoTime() - since > longest.toNanos()) {
                log.warn("rsync made no progress and is killed pid={} patience={}", process.pid(), longest);
                return false;
            }
        }
        return true;
    }

    private static long bytesRead(Process process) {
        long sum = readCharacters(process.pid());
        for (ProcessHandle child : process.descendants().toList()) {
            if (!isRelay(child.pid())) {
                sum += readCharacters(child.pid());
            }
        }
        return sum;
    }

    private static boolean isRelay(long pid) {
        try {
            return RELAYS.contains(Files.readString(Path.of("/proc", String.valueOf(pid), "comm"))
                    .strip());
        } catch (IOException e) {
            // It ended in between and reads nothing more.
            return true;
        }
    }

    private static long readCharacters(long pid) {
        try {
            String first = Files.readAllLines(Path.of("/proc", String.valueOf(pid), "io"), StandardCharsets.US_ASCII)
                    .get(0);
            return Long.parseLong(first.substring(first.indexOf(':') + 1).trim());
        } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
            // The process ended in between, or its counters are not ours to read: what it prints is still counted.
            return 0;
        }
    }

    private static void keep(ByteArrayOutputStream errors, byte[] buffer, int length) {
        if (errors.size() >= ERROR_LIMIT) {
            return;
        }
        errors.write(buffer, 0, length);
        if (errors.size() >= ERROR_LIMIT) {
            // An error nobody saw must not pass for none.
            errors.writeBytes(CUT_OFF.getBytes(StandardCharsets.US_ASCII));
        }
    }

    private interface Sink {
        void take(byte[] buffer, int length);
    }

    private static void drain(InputStream stream, CountDownLatch drained, Sink sink) {
        try (stream) {
            byte[] buffer = new byte[32 * 1024];
            int length;
            while ((length = stream.read(buffer)) >= 0) {
                sink.take(buffer, length);
            }
        } catch (IOException e) {
            // What was not read counts as not printed, and is asked for again.
            log.debug("reading rsync's output ended early cause={}", e.getMessage());
        } finally {
            drained.countDown();
        }
    }

    private static void feed(OutputStream stream, Collection<RelPath> paths) {
        try (OutputStream out = new BufferedOutputStream(stream, 32 * 1024)) {
            for (RelPath path : paths) {
                out.write(path.bytes());
                out.write(0);
            }
        } catch (IOException e) {
            // rsync ended before it had the whole list; its exit code says why.
            log.debug("feeding rsync's list ended early cause={}", e.getMessage());
        }
    }

    private static void kill(Process process) {
        if (process.isAlive()) {
            killGroup(process);
            process.destroyForcibly();
        }
    }

    /** Also when its leader has ended: a group's number is not given out again while it has members. */
    private static void killGroup(Process process) {
        try {
            Processes.killGroup(process.pid(), Processes.SIGKILL);
        } catch (ErrnoException e) {
            log.debug("killing an rsync group failed pid={} cause={}", process.pid(), e.getMessage());
        }
    }

    /** Kills all running calls, whose callers then see an interrupt. */
    @Override
    public void close() {
        closed = true;
        running.forEach(RsyncProcess::kill);
        streams.shutdown();
    }
}
