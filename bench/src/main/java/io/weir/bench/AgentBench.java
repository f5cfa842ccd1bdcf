package io.weir.bench;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.watch.CaptureSink;
import io.weir.agent.watch.Captured;
import io.weir.agent.watch.InotifyCapture;
import io.weir.agent.watch.LinkIndex;
import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.PathRules;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/**
 * Measures the capture of an agent alone, without Kafka: heap for each watched directory, and how many events per second
 * it takes from inotify while writers of the same machine make them as fast as they can. With the kernel's default queue
 * of 16,384 events, what it cannot follow shows as overflows, which it repairs by a walk.
 */
public final class AgentBench {
    private static final int FAN_OUT = 100;
    private static final int NAMES = 64;
    private static final Duration QUIET = Duration.ofSeconds(2);

    private final PrintStream out;
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final LongAdder captured = new LongAdder();
    private volatile boolean stopped;

    private AgentBench(PrintStream out) {
        this.out = out;
    }

    /** Runs with {@code --data DIR --directories 20000 --seconds 10 --writers 1}. */
    public static void main(String[] words) throws Exception {
        Arguments arguments = Arguments.parse(words, Set.of("data", "directories", "seconds", "writers"));
        Path source =
                Path.of(arguments.text("data", "target/agent")).toAbsolutePath().resolve("source");
        new AgentBench(System.out)
                .run(
                        source,
                        arguments.count("directories", 20_000),
                        arguments.count("seconds", 10),
                        arguments.count("writers", 1));
    }

    private void run(Path source, int directories, int seconds, int writers) throws IOException, InterruptedException {
        for (int i = 0; i < directories; i++) {
            Files.createDirectories(source.resolve("d" + i / FAN_OUT).resolve("some-directory-" + i));
        }
        CaptureSink sink = new CaptureSink() {
            @Override
            public void captured(Captured change) {
                captured.increment();
            }

            @Override
            public void reached(String marker, long atMicros) {
                throw new IllegalStateException("no marker was set: " + marker);
            }

            @Override
            public void sourceLost(String reason) {
                throw new IllegalStateException("the source was lost: " + reason);
            }
        };
        long before = usedHeap();
        long begin = System.nanoTime();
        SourceRoot root = new SourceRoot("bench", source.toString().getBytes(StandardCharsets.UTF_8));
        try (InotifyCapture capture =
                new InotifyCapture(root, PathRules.NONE, new LinkIndex(root, () -> {}), sink, metrics)) {
            capture.start();
            long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
            double watches = metrics.get("weir.agent.watches").gauge().value();
            long heap = usedHeap() - before;
            out.printf(
                    "watched %.0f directories in %d ms; heap %.1f MiB, %.0f B for each directory (buffers included)%n",
                    watches, millis, heap / 1048576.0, heap / watches);
            storm("renames", source, seconds, writers, () -> AgentBench::rename);
            storm("create, write, close, delete", source, seconds, writers, () -> AgentBench::createAndDelete);
            storm("appends to open files in turn", source, seconds, writers, Appender::new);
        }
    }

    /** One piece of a writer's work in its own directory; called again and again with a growing number. */
    private interface Work {
        void run(Fd directory, int number) throws IOException;
    }

    private void storm(String title, Path source, int seconds, int writers, Supplier<Work> work)
            throws IOException, InterruptedException {
        double eventsBefore = count("events");
        double overflowsBefore = count("overflows");
        double readerBefore = cpuNanos("reader");
        double treeBefore = cpuNanos("tree");
        captured.reset();
        stopped = false;
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < writers; i++) {
            Path directory = Files.createDirectories(source.resolve("writer" + i + "-" + System.nanoTime()));
            Thread thread = new Thread(() -> write(directory, work.get()), "writer" + i);
            threads.add(thread);
        }
        long begin = System.nanoTime();
        threads.forEach(Thread::start);
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(seconds));
        stopped = true;
        for (Thread thread : threads) {
            thread.join();
        }
        double elapsed = (awaitQuiet() - begin) / 1e9;
        double events = count("events") - eventsBefore;
        out.printf(
                "%s by %d writers for %d s: %.0f events drained, %.0f/s; %.0f overflows, %d changes captured%n",
                title,
                writers,
                seconds,
                events,
                events / elapsed,
                count("overflows") - overflowsBefore,
                captured.sum());
        // On a busy machine the rate above is that of the writers; processor time says what the capture could take.
        out.printf(
                "  processor time for each event: reader %.2f us, tree %.2f us%n",
                (cpuNanos("reader") - readerBefore) / events / 1000, (cpuNanos("tree") - treeBefore) / events / 1000);
    }

    /** Processor time used so far by the threads of the capture whose name ends so. */
    private static double cpuNanos(String role) {
        ThreadMXBean threads = ManagementFactory.getThreadMXBean();
        double nanos = 0;
        for (ThreadInfo thread : threads.getThreadInfo(threads.getAllThreadIds())) {
            if (thread != null && thread.getThreadName().endsWith("bench-" + role)) {
                nanos += threads.getThreadCpuTime(thread.getThreadId());
            }
        }
        return nanos;
    }

    private void write(Path directory, Work work) {
        try (Fd fd = Fs.openDirectory(directory.toString().getBytes(StandardCharsets.UTF_8))) {
            for (int i = 0; i < NAMES; i++) {
                Fs.createFile(fd, name("a", i), 0644).close();
            }
            for (int number = 0; !stopped; number++) {
                work.run(fd, number);
            }
        } catch (IOException e) {
            throw new IllegalStateException("the writer failed: " + e, e);
        }
    }

    private static void rename(Fd directory, int number) throws IOException {
        int name = number % NAMES;
        boolean forth = number / NAMES % 2 == 0;
        Fs.rename(directory, name(forth ? "a" : "b", name), directory, name(forth ? "b" : "a", name));
    }

    /** One writer's appends to many open files: an event for each call, as the kernel merges only equal ones in a row. */
    private static final class Appender implements Work {
        private final List<Fd> files = new ArrayList<>();

        @Override
        public void run(Fd directory, int number) throws IOException {
            if (files.size() < NAMES) {
                files.add(Fs.createFile(directory, name("o", number), 0644));
            }
            Fs.write(files.get(number % files.size()), new byte[] {'x'});
        }
    }

    private static void createAndDelete(Fd directory, int number) throws IOException {
        byte[] name = name("c", number % NAMES);
        try (Fd file = Fs.createFile(directory, name, 0644)) {
            Fs.write(file, name);
        }
        Fs.unlink(directory, name);
    }

    private static byte[] name(String prefix, int number) {
        return (prefix + number).getBytes(StandardCharsets.US_ASCII);
    }

    /** The moment of the last event, once none has come for a while. */
    private long awaitQuiet() {
        long last = System.nanoTime();
        double seen = count("events");
        while (System.nanoTime() - last < QUIET.toNanos()) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
            double now = count("events");
            if (now != seen) {
                seen = now;
                last = System.nanoTime();
            }
        }
        return last;
    }

    private double count(String name) {
        return metrics.get("weir.agent." + name).counter().count();
    }

    private static long usedHeap() {
        Runtime runtime = Runtime.getRuntime();
        long used = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            // More than once, because a collection frees what the finalization of an earlier one let go.
            System.gc();
            used = Math.min(used, runtime.totalMemory() - runtime.freeMemory());
        }
        return used;
    }
}
