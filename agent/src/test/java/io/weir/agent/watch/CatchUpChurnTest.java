package io.weir.agent.watch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.agent.root.RootGuard;
import io.weir.agent.scan.Published;
import io.weir.agent.scan.ScanMetrics;
import io.weir.agent.scan.ScanSettings;
import io.weir.agent.scan.Scanner;
import io.weir.agent.scan.Scanners;
import io.weir.posix.ErrnoException;
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
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random operations while an agent is up and while it is down: after the catch-up of each start a replica that does what
 * was told, and nothing else, is equal, and no path was told that did not differ.
 */
class CatchUpChurnTest {
    private static final int ROUNDS = Integer.getInteger("weir.churn.rounds", 12);

    private final Path temporary;
    private final Path state;
    private Map<RelPath, String> replicated = new TreeMap<>();

    /** Paths published by the life before, when that ended in a power cut. */
    private Set<RelPath> tail = Set.of();

    CatchUpChurnTest(@TempDir Path temporary) throws IOException {
        this.temporary = temporary;
        this.state = Files.createDirectory(temporary.resolve("state"));
    }

    @Test
    void aStartTellsWhatChangedWhileDown() throws Exception {
        long seed = Long.getLong("weir.seed", System.nanoTime());
        System.out.println("catch-up churn: -Dweir.seed=" + seed);
        Random random = new Random(seed);
        Map<RelPath, String> before = null;
        boolean powerCut = false;
        for (int round = 0; round < ROUNDS; round++) {
            String where = "seed " + seed + " round " + round;
            try (Life life = new Life()) {
                life.start();
                life.settle();
                Map<RelPath, String> after = states(life.source.root);
                assertThat(differing(life.replica.entries(), ModelReplica.snapshot(life.source.root)))
                        .as("%s: differing paths; told were %s", where, life.told)
                        .isEmpty();
                if (before != null) {
                    assertThat(life.told.size())
                            .as("%s: told %s", where, life.told)
                            .isLessThanOrEqualTo(differing(before, after).size());
                }
                churn(life.source, random.nextLong(), 60);
                life.source.settle();
                int end = random.nextInt(4);
                boolean orderly = end > 1;
                if (orderly) {
                    life.learn();
                }
                life.killed = end < 2;
                powerCut = end == 0;
                life.replica.sweepContent();
                assertThat(differing(life.replica.entries(), ModelReplica.snapshot(life.source.root)))
                        .as("%s: after events", where)
                        .isEmpty();
                before = orderly ? states(life.source.root) : null;
                replicated = life.replica.entries();
                tail = powerCut ? life.history : Set.of();
            }
            if (powerCut) {
                cutJournal(random);
            }
            try (WatchedSource down = new WatchedSource(temporary)) {
                churn(down, random.nextLong(), 5 + random.nextInt(60));
            }
        }
    }

    /** A power cut: the end of what was noted is not there. */
    private void cutJournal(Random random) throws IOException {
        List<Path> journals;
        try (Stream<Path> files = Files.list(state)) {
            journals = files.filter(file -> file.toString().contains(".journal-"))
                    .sorted()
                    .toList();
        }
        Path last = journals.get(journals.size() - 1);
        try (FileChannel channel = FileChannel.open(last, StandardOpenOption.WRITE)) {
            channel.truncate((long) (channel.size() * random.nextDouble()));
        }
    }

    private static void churn(WatchedSource source, long seed, int operations) {
        new Churn(source.directory, source.outside, seed, operations).run();
    }

    /** An agent between a start and a stop, with a replica that applies what it says as soon as it says it. */
    private final class Life implements AutoCloseable, Scanner.Pipeline {
        final WatchedSource source = new WatchedSource(temporary);
        final ModelReplica replica = new ModelReplica(source.root, source.links);
        final List<String> told = new ArrayList<>();
        final Set<RelPath> history = new HashSet<>();
        final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
        final RootGuard guard;
        final Scanner scanner;
        boolean killed;

        Life() throws Exception {
            guard = RootGuard.identify(source.root, null);
            replica.entries().putAll(replicated);
            ScanSettings settings = new ScanSettings(2, 0, Duration.ofNanos(1), Duration.ZERO, 0, Duration.ZERO);
            scanner = Scanners.eager(new Scanner.Wiring(
                    "data",
                    guard,
                    PathRules.NONE,
                    state,
                    settings,
                    new ScanMetrics("data", metrics),
                    Heartbeat.unwatched("scanner"),
                    this,
                    (from, sink, tick) -> true));
            source.also = this::event;
        }

        void start() throws InterruptedException {
            scanner.open(false);
            source.start();
            scanner.catchUp("test");
            scanner.run();
            for (RelPath path : tail) {
                publish(new Captured(ChangeKind.CLOSED, path, null, true, Origin.SCAN, 0, null));
            }
        }

        void settle() throws IOException {
            source.settle();
            await().atMost(Duration.ofSeconds(20)).untilAsserted(() -> {
                synchronized (this) {
                    replica.settleLinks();
                    replica.sweepContent();
                    assertThat(differing(replica.entries(), ModelReplica.snapshot(source.root)))
                            .as("differing paths; told were %s", told)
                            .isEmpty();
                }
            });
        }

        /** Sweeps until a sweep finds nothing. */
        void learn() {
            await().atMost(WatchedSource.DEADLINE).until(() -> {
                int tellings = told.size();
                long sweeps = sweeps();
                scanner.run();
                return sweeps() > sweeps && told.size() == tellings;
            });
        }

        private long sweeps() {
            return metrics.get("weir.agent.scan").tag("kind", "sweep").timer().count();
        }

        private void event(Captured one) {
            publish(one);
            if (one.path().isRoot()) {
                scanner.rootTouched(one.capturedAtMicros());
            }
        }

        @Override
        public void captured(Captured change) {
            told.add(WatchedSource.brief(change));
            publish(change);
        }

        @Override
        public long oldestMicros() {
            return Long.MAX_VALUE;
        }

        private synchronized void publish(Captured one) {
            RelPath from = one.movedFrom();
            if (from != null) {
                publish(new Captured(ChangeKind.DELETED, from, null, true, one.origin(), one.capturedAtMicros(), null));
            }
            Stat stat = look(one.path());
            Stat parent = one.path().isRoot() ? null : look(one.path().parent());
            boolean whole = one.recursive() || one.kind() == ChangeKind.MOVED || one.kind() == ChangeKind.DELETED;
            long now = ChronoUnit.MICROS.between(Instant.EPOCH, Instant.now());
            long number = scanner.log()
                    .intend(List.of(
                            new Published(one.path(), stat, parent, whole, one.kind() == ChangeKind.CREATED, now)));
            replica.apply(whole ? recursive(one) : one);
            if (stat != null) {
                // A pull takes over the state of the directories above.
                one.path().ancestors().forEach(above -> replica.apply(state(above, one)));
            }
            history.add(one.path());
            scanner.log().acknowledged(number);
        }

        private static Captured state(RelPath directory, Captured one) {
            return new Captured(
                    ChangeKind.ATTRIBUTES, directory, null, false, one.origin(), one.capturedAtMicros(), null);
        }

        private static Captured recursive(Captured one) {
            return new Captured(one.kind(), one.path(), null, true, one.origin(), one.capturedAtMicros(), one.reason());
        }

        private Stat look(RelPath path) {
            try (Fd top = source.root.open()) {
                if (path.isRoot()) {
                    return Fs.fstat(top);
                }
                try (Fd parent = Fs.openBeneath(top, path.parent().components())) {
                    return Fs.lstat(parent, path.name());
                }
            } catch (ErrnoException e) {
                return null;
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() {
            source.close();
            if (!killed) {
                scanner.finish();
            }
        }
    }

    /** What tells two states of an entry apart, directories by their times too. */
    private static Map<RelPath, String> states(SourceRoot root) throws IOException {
        Map<RelPath, String> states = new TreeMap<>();
        try (Fd top = root.open()) {
            states.put(RelPath.ROOT, String.valueOf(Fs.fstat(top)));
            for (RelPath path : ModelReplica.snapshot(root).keySet()) {
                try (Fd parent = Fs.openBeneath(top, path.parent().components())) {
                    states.put(path, String.valueOf(Fs.lstat(parent, path.name())));
                }
            }
        }
        return states;
    }

    private static List<String> differing(Map<RelPath, String> one, Map<RelPath, String> other) {
        Set<RelPath> all = new TreeSet<>(new HashSet<>(one.keySet()));
        all.addAll(other.keySet());
        return all.stream()
                .filter(path -> !Objects.equals(one.get(path), other.get(path)))
                .map(path -> path + ": " + one.get(path) + ", " + other.get(path))
                .toList();
    }
}
