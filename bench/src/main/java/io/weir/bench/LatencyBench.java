package io.weir.bench;

import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Measures the time from close(2) of a new small file in the source to the complete file in each replica, through
 * {@code weir up} in a process of its own. Files are written at a fixed rate whether or not earlier ones have arrived, so
 * a slow pipeline cannot hide behind a slow writer.
 */
public final class LatencyBench {
    private static final Duration READY = Duration.ofMinutes(3);
    private static final Duration STRAGGLERS = Duration.ofMinutes(1);
    private static final Set<String> KEYS =
            Set.of("weir", "data", "replicas", "files", "rate", "size", "warmup", "source");

    private final PrintStream out;
    private final Path source;
    private final List<Path> replicas;
    private final int size;
    private final Map<String, Long> closed = new ConcurrentHashMap<>();
    private final Map<String, byte[]> contents = new ConcurrentHashMap<>();

    private LatencyBench(PrintStream out, Path source, List<Path> replicas, int size) {
        this.out = out;
        this.source = source;
        this.replicas = replicas;
        this.size = size;
    }

    /**
     * Runs with {@code --weir LAUNCHER --data DIR --replicas 2 --files 200 --rate 5 --size 1024 --warmup 20}; lists
     * separated by commas in files and rate make several runs. Exits with 1 when a file never arrived.
     */
    public static void main(String[] words) throws Exception {
        Arguments arguments = Arguments.parse(words, KEYS);
        Path data = Path.of(arguments.text("data", "target/latency")).toAbsolutePath();
        Path source = Files.createDirectories(data.resolve("source"));
        List<Path> replicas = new ArrayList<>();
        List<String> command =
                new ArrayList<>(List.of(arguments.text("weir", "./weir"), "up", "--source", source.toString()));
        for (int i = 1; i <= arguments.count("replicas", 2); i++) {
            Path replica = Files.createDirectories(data.resolve("replica" + i));
            replicas.add(replica);
            command.addAll(List.of("--replica", replica.toString()));
        }
        command.addAll(List.of("--data", data.resolve("weir").toString()));
        Path log = data.resolve("weir.log");
        Process weir = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        boolean complete = true;
        try {
            LatencyBench bench = new LatencyBench(System.out, source, replicas, arguments.count("size", 1024));
            bench.awaitReady(weir, log);
            bench.run("warm-up", arguments.count("warmup", 20), 5);
            StageTimes stages = new StageTimes(SettingsFile.read(data.resolve("weir/weir.yaml"), KafkaSettings::read));
            String[] files = arguments.text("files", "200,1000").split(",", -1);
            String[] rates = arguments.text("rate", "5,100").split(",", -1);
            for (int i = 0; i < files.length; i++) {
                Instant since = Instant.now();
                complete &= bench.run("run-" + i, Integer.parseInt(files[i]), Integer.parseInt(rates[i]));
                stages.print(System.out, since);
            }
        } finally {
            weir.destroy();
            if (!weir.waitFor(30, TimeUnit.SECONDS)) {
                weir.destroyForcibly().waitFor();
            }
        }
        System.exit(complete ? 0 : 1);
    }

    private void awaitReady(Process weir, Path log) throws IOException {
        long begin = System.nanoTime();
        String name = "ready-" + begin;
        Files.writeString(source.resolve(name), name);
        for (Path replica : replicas) {
            while (!Files.exists(replica.resolve(name))) {
                if (!weir.isAlive() || System.nanoTime() - begin > READY.toNanos()) {
                    throw new IOException("weir did not replicate the first file within " + READY + "; see " + log);
                }
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
        }
        out.printf("first file in all %d replicas after %.1f s%n", replicas.size(), (System.nanoTime() - begin) / 1e9);
    }

    /** One run in a directory of its own; true when every file arrived complete in every replica. */
    private boolean run(String directory, int files, int perSecond) throws IOException, InterruptedException {
        String run = directory + "-" + System.nanoTime();
        Path into = Files.createDirectory(source.resolve(run));
        List<ArrivalWatch> watches = new ArrayList<>();
        try {
            for (Path replica : replicas) {
                awaitDirectory(replica.resolve(run));
                watches.add(new ArrivalWatch(replica.resolve(run), contents::get));
            }
            List<String> names = write(into, run, files, perSecond);
            boolean complete = awaitAll(names, watches);
            report(directory + ": " + files + " files of " + size + " B at " + perSecond + "/s", names, watches);
            return complete;
        } finally {
            for (ArrivalWatch watch : watches) {
                watch.close();
            }
        }
    }

    private static void awaitDirectory(Path directory) throws IOException {
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        while (!Files.isDirectory(directory)) {
            if (System.nanoTime() > end) {
                throw new IOException("the directory did not reach the replica: " + directory);
            }
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(5));
        }
        // The pull that made it may still be at work; an isolated file needs an idle pipeline.
        LockSupport.parkNanos(TimeUnit.SECONDS.toNanos(1));
    }

    private List<String> write(Path into, String run, int files, int perSecond) throws IOException {
        List<String> names = new ArrayList<>();
        long begin = System.nanoTime();
        for (int i = 0; i < files; i++) {
            long due = begin + TimeUnit.SECONDS.toNanos(i) / perSecond;
            while (System.nanoTime() < due) {
                LockSupport.parkNanos(due - System.nanoTime());
            }
            String name = run + "-" + i;
            byte[] content =
                    Arrays.copyOf(name.repeat(size / name.length() + 1).getBytes(StandardCharsets.UTF_8), size);
            contents.put(name, content);
            FileChannel file =
                    FileChannel.open(into.resolve(name), StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (file) {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    file.write(buffer);
                }
                closed.put(name, System.nanoTime());
            }
            names.add(name);
        }
        return names;
    }

    private static boolean awaitAll(List<String> names, List<ArrivalWatch> watches) throws IOException {
        long end = System.nanoTime() + STRAGGLERS.toNanos();
        for (ArrivalWatch watch : watches) {
            for (String name : names) {
                while (watch.arrival(name) == null) {
                    if (System.nanoTime() > end) {
                        return false;
                    }
                    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
                }
            }
        }
        return true;
    }

    private void report(String title, List<String> names, List<ArrivalWatch> watches) throws IOException {
        out.println(title);
        long[] slowest = new long[names.size()];
        for (int i = 0; i < watches.size(); i++) {
            List<Long> nanos = new ArrayList<>();
            for (int n = 0; n < names.size(); n++) {
                @Nullable Long arrival = watches.get(i).arrival(names.get(n));
                Long start = closed.get(names.get(n));
                if (arrival != null && start != null) {
                    nanos.add(arrival - start);
                    slowest[n] = Math.max(slowest[n], arrival - start);
                }
            }
            long[] each = nanos.stream().mapToLong(Long::longValue).toArray();
            out.println("  replica " + (i + 1) + ":    " + new Percentiles(each) + missing(names.size() - each.length));
        }
        out.println("  all replicas: " + new Percentiles(slowest));
    }

    private static String missing(int count) {
        return count == 0 ? "" : "  MISSING " + count;
    }
}
