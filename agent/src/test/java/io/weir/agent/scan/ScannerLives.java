package io.weir.agent.scan;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.root.Debt;
import io.weir.agent.root.RootGuard;
import io.weir.agent.watch.Captured;
import io.weir.agent.watch.SourceRoot;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.Heartbeat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** Lives of an agent without a watch: what a start tells, when all that is told is acknowledged at once. */
abstract class ScannerLives {
    final Path source;
    final Path state;
    final SourceRoot root;
    final AtomicLong clockBack = new AtomicLong();
    final AtomicLong passedNanos = new AtomicLong();
    final List<String> told = new ArrayList<>();
    final List<Long> asked = new ArrayList<>();
    final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    PathRules excludes = PathRules.NONE;
    boolean acknowledges = true;
    Debt owed = Debt.NONE;
    long oldest = Long.MAX_VALUE;
    Duration sweeps = Duration.ofNanos(1);
    Scanner scanner;

    ScannerLives(@TempDir Path work) throws IOException {
        source = Files.createDirectory(work.resolve("source"));
        state = Files.createDirectory(work.resolve("state"));
        root = new SourceRoot("data", source.toString().getBytes(StandardCharsets.UTF_8));
    }

    @BeforeEach
    void published() throws Exception {
        Files.createDirectories(source.resolve("d/sub"));
        Files.writeString(source.resolve("d/f"), "f");
        Files.writeString(source.resolve("d/sub/g"), "g");
        Files.writeString(source.resolve("top"), "top");
        begin();
        scanner.catchUp("first");
        scanner.run();
        assertThat(told).containsExactly("RESCAN . *");
        sweep();
        restart();
    }

    Runnable meanwhile = () -> {};

    void begin() throws Exception {
        told.clear();
        ScanSettings settings = new ScanSettings(2, 0, sweeps, Duration.ZERO, 1_000_000, Duration.ofMinutes(10));
        scanner = Scanners.with(
                new Scanner.Wiring(
                        "data",
                        RootGuard.identify(root, null),
                        excludes,
                        state,
                        settings,
                        new ScanMetrics("data", metrics),
                        Heartbeat.unwatched("scanner"),
                        new Kafka(),
                        (from, sink, tick) -> {
                            asked.add(from);
                            sink.accept(change(ChangeKind.CLOSED, "d/f"));
                            return true;
                        },
                        new Owed()),
                () -> now() - clockBack.get() + TimeUnit.NANOSECONDS.toMicros(passedNanos.get()),
                () -> System.nanoTime() + passedNanos.get());
        scanner.open(false);
        // There is no watch that could say when.
        scanner.rootTouched(Long.MAX_VALUE - 1);
    }

    void restart() throws Exception {
        scanner.finish();
        begin();
    }

    List<String> catchUp() throws Exception {
        scanner.catchUp("test");
        scanner.run();
        return told;
    }

    void sweep() throws Exception {
        scanner.run();
        // What a sweep was interrupted by comes next.
        scanner.run();
    }

    void acknowledged(ChangeKind kind, String path) {
        new Kafka().publish(change(kind, path));
    }

    static Captured change(ChangeKind kind, String path) {
        return new Captured(kind, RelPath.of(path), null, kind == ChangeKind.MOVED, Origin.EVENT, now(), null);
    }

    static long now() {
        return ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
    }

    static final class TimeUnitMicros {
        static final long HOUR = Duration.ofHours(1).toNanos() / 1000;
    }

    /** Outlives the lives of the agent. */
    private final class Owed implements Ledger {
        @Override
        public Debt debt() {
            return owed;
        }

        @Override
        public void settle(Debt published) {
            owed = owed.equals(published) ? Debt.NONE : owed;
        }
    }

    /** Acknowledges what it gets, if told so; sees an event of the root whenever it is asked. */
    private final class Kafka implements Scanner.Pipeline {
        @Override
        public void captured(Captured change) {
            if (change.kind() != ChangeKind.ATTRIBUTES || !change.path().isRoot()) {
                // A sweep touches the root, and an event would tell.
                told.add(ComparisonTest.brief(change));
            }
            publish(change);
        }

        void publish(Captured change) {
            Stat stat = look(change.path());
            Stat parent = change.path().isRoot() ? null : look(change.path().parent());
            boolean created = change.kind() == ChangeKind.CREATED;
            long number = scanner.log()
                    .intend(List.of(new Published(
                            change.path(), stat, parent, change.recursive(), created, now() - clockBack.get())));
            if (acknowledges) {
                scanner.log().acknowledged(number);
            }
        }

        @Override
        public long oldestMicros() {
            if (scanner.progress() != null) {
                meanwhile.run();
                meanwhile = () -> {};
            }
            return oldest;
        }

        private Stat look(RelPath path) {
            try (Fd top = root.open()) {
                if (path.isRoot()) {
                    return Fs.fstat(top);
                }
                try (Fd parent = Fs.openBeneath(top, path.parent().components())) {
                    return Fs.lstat(parent, path.name());
                }
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
