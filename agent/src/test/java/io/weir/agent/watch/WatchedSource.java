package io.weir.agent.watch;

import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** A source in a temporary directory with the real watch on it, and all that was captured. */
final class WatchedSource implements CaptureSink, AutoCloseable {
    static final Duration DEADLINE = Duration.ofSeconds(60);

    final Path directory;
    final Path outside;
    final SourceRoot root;
    final LinkIndex links;
    /** How often a file may have changed that no event names. */
    final AtomicInteger doubts = new AtomicInteger();

    final MeterRegistry metrics = new SimpleMeterRegistry();
    final List<Captured> captured = new CopyOnWriteArrayList<>();
    final List<String> reached = new CopyOnWriteArrayList<>();
    /** What was captured when each marker was reached. */
    final Map<String, List<Captured>> capturedAtMarker = new ConcurrentHashMap<>();

    final InotifyCapture capture;
    volatile Consumer<Captured> also = captured -> {};
    volatile @Nullable String lost;
    private volatile long sentinelAt;
    private int sentinels;

    WatchedSource(Path temporary) throws IOException {
        this(temporary, PathRules.NONE, WatchSettings.DEFAULTS);
    }

    WatchedSource(Path temporary, PathRules excludes, WatchSettings settings) throws IOException {
        directory = Files.createDirectories(temporary.resolve("source"));
        outside = Files.createDirectories(temporary.resolve("outside"));
        root = new SourceRoot("data", directory.toString().getBytes(StandardCharsets.UTF_8));
        links = new LinkIndex(root, doubts::incrementAndGet);
        capture = new InotifyCapture(root, excludes, links, this, metrics, settings);
    }

    WatchedSource start() {
        capture.start();
        return this;
    }

    @Override
    public void captured(Captured one) {
        if (one.path().toString().startsWith("sentinel-")) {
            sentinelAt = capture.translator().position();
            return;
        }
        captured.add(one);
        also.accept(one);
    }

    @Override
    public void reached(String marker, long atMicros) {
        reached.add(marker);
        capturedAtMarker.put(marker, List.copyOf(captured));
    }

    @Override
    public void sourceLost(String reason) {
        lost = reason;
    }

    /** Waits until all events up to now were handled and nothing is pending. */
    void settle() throws IOException {
        long before = sentinelAt;
        Path sentinel = directory.resolve("sentinel-" + sentinels++);
        Files.createFile(sentinel);
        await().atMost(DEADLINE).until(() -> sentinelAt > before);
        long at = sentinelAt;
        Files.delete(sentinel);
        await().atMost(DEADLINE).until(() -> sentinelAt > at);
        long last = sentinelAt;
        EventTranslator translator = capture.translator();
        await().atMost(DEADLINE).until(() -> translator.settled() >= last);
    }

    /** What was captured since the last call, once all is quiet. */
    List<Captured> take() throws IOException {
        settle();
        List<Captured> taken = List.copyOf(captured);
        captured.clear();
        return taken;
    }

    /** What was captured since the last call, in short: kind, path, old path, a star when recursive. */
    List<String> told() throws IOException {
        return take().stream().map(WatchedSource::brief).toList();
    }

    static String brief(Captured one) {
        RelPath from = one.movedFrom();
        return one.kind() + " " + one.path() + (from == null ? "" : " < " + from) + (one.recursive() ? " *" : "");
    }

    boolean has(ChangeKind kind, String path) {
        RelPath wanted = RelPath.of(path);
        return captured.stream()
                .anyMatch(one -> one.kind() == kind && one.path().equals(wanted));
    }

    double metric(String name) {
        return metrics.get(name).meter().measure().iterator().next().getValue();
    }

    Path path(String name) {
        return directory.resolve(name);
    }

    Path file(String name) throws IOException {
        return Files.writeString(path(name), name);
    }

    Path mkdir(String name) throws IOException {
        return Files.createDirectories(path(name));
    }

    @Override
    public void close() {
        capture.close();
    }
}
