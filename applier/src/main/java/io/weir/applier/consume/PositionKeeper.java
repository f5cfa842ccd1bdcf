package io.weir.applier.consume;

import io.weir.applier.position.DiskSync;
import io.weir.applier.position.Position;
import io.weir.applier.position.PositionFile;
import io.weir.applier.position.StartPlan;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.Loop;
import io.weir.service.Outage;
import io.weir.service.WeirException;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes the position into every replica: what the files on disk are, before the group's offset says so. A loop of its own,
 * since syncing a busy disk takes long and reading must not wait for it. Thread-safe.
 *
 * <p>The order is the promise: note what is finished, {@code syncfs}, the position file, and only then may the poll thread
 * commit it. A power cut at any moment leaves a position that is no newer than the files.
 */
final class PositionKeeper implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(PositionKeeper.class);

    /** So long a write that failed waits for the next at most: well below what a loop may be silent. */
    private static final Duration LONGEST = Duration.ofSeconds(30);

    private final String replica;
    private final Replication replication;
    private final Map<String, ReplicaRoot> roots;
    private final Map<String, String> choices;
    private final DiskSync disk;
    private final Duration interval;
    private final Backoff retries;
    private final Outage outage = new Outage();
    private final CountDownLatch stopped = new CountDownLatch(1);
    /** Written under this keeper's monitor. */
    private final Map<String, Position> written = new LinkedHashMap<>();

    /** Confined to the loop. */
    private Duration wait;

    private volatile String topicId = "";
    private volatile Map<Integer, Long> durable = Map.of();

    /**
     * Keeps the positions of these directories.
     *
     * @param choices by source: which paths are taken, as {@link Position#choice}
     */
    PositionKeeper(
            String replica,
            Replication replication,
            Map<String, ReplicaRoot> roots,
            Map<String, String> choices,
            DiskSync disk,
            Duration interval) {
        this.replica = replica;
        this.replication = replication;
        this.roots = roots;
        this.choices = choices;
        this.disk = disk;
        this.interval = interval;
        retries = new Backoff(interval, interval.compareTo(LONGEST) > 0 ? interval : LONGEST, 0);
        wait = interval;
    }

    /** Decides where reading starts and writes that down, baselines as pending, before anything is read or touched. */
    synchronized StartPlan begin(StartPlan.Stream stream) {
        durable = Map.of();
        topicId = stream.topicId();
        Map<String, Optional<Position>> positions = new LinkedHashMap<>();
        roots.forEach((source, root) -> positions.put(source, read(source, root)));
        StartPlan plan = StartPlan.of(positions, choices, stream);
        restart(plan, plan.offsets());
        return plan;
    }

    /**
     * Writes that reading starts somewhere else, and then starts it: nothing is saved in between, or what was finished before could be
     * written as a position, and a pending baseline as done.
     *
     * @param startAt by partition: where reading moves to
     */
    synchronized void restart(StartPlan plan, Map<Integer, Long> startAt) {
        durable = Map.of();
        roots.forEach((source, root) -> {
            boolean done = !plan.baselines().containsKey(source);
            write(source, root, position(source, plan.offsets(), done));
        });
        replication.startOver(plan, startAt);
        durable = Map.copyOf(plan.offsets());
    }

    /**
     * Writes that the source's baseline is pending, and then starts it: nothing is saved in between, or a save that is under way could
     * write it as done. The position keeps its offsets, which the disk has.
     *
     * @throws WeirException UNAVAILABLE when the disk refuses; nothing was started
     */
    synchronized void startBaseline(String source, String reason) {
        ReplicaRoot root = root(source);
        // Also before reading began; without one a start begins with a baseline anyway.
        read(source, root).ifPresent(now -> write(source, root, now.pending()));
        replication.startBaseline(source, reason);
    }

    private Position position(String source, Map<Integer, Long> offsets, boolean done) {
        return new Position(replica, source, topicId, offsets, choices.getOrDefault(source, ""), done);
    }

    private static Optional<Position> read(String source, ReplicaRoot root) {
        try {
            return new PositionFile(root.own()).read();
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "read position of source " + source + " in " + root.own() + ": " + e + "; check the disk",
                    e);
        }
    }

    private void write(String source, ReplicaRoot root, Position position) {
        root.requireThere();
        try {
            new PositionFile(root.own()).write(position);
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "write position of source " + source + " in " + root.own() + ": " + e + "; check the disk",
                    e);
        }
        written.put(source, position);
    }

    /** Writes what is finished now, when that is news. */
    synchronized void save() {
        if (durable.isEmpty()) {
            return;
        }
        Map<Integer, Long> finished = replication.finished();
        Map<String, Position> news = new TreeMap<>();
        for (String source : roots.keySet()) {
            boolean done = !replication.isBaselineOpen(source);
            Position now = position(source, finished, done);
            if (!now.equals(written.get(source))) {
                news.put(source, now);
            }
        }
        if (news.isEmpty()) {
            return;
        }
        news.forEach((source, position) -> {
            ReplicaRoot root = root(source);
            try {
                disk.sync(root.path());
            } catch (IOException e) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE,
                        "sync replica of source " + source + " in " + root.path() + ": " + e + "; check the disk",
                        e);
            }
            write(source, root, position);
        });
        durable = Map.copyOf(finished);
    }

    private ReplicaRoot root(String source) {
        ReplicaRoot root = roots.get(source);
        if (root == null) {
            throw new IllegalArgumentException("no replica of source " + source);
        }
        return root;
    }

    /** What the group's offsets may be: on every disk. Empty before reading began. */
    Map<Integer, Long> durable() {
        return durable;
    }

    @Override
    public void run() throws InterruptedException {
        stopped.await(wait.toMillis(), TimeUnit.MILLISECONDS);
        try {
            save();
            retries.reset();
            wait = interval;
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "position is written again: replica={} heldSeconds={}", replica, lasted.toSeconds()));
        } catch (WeirException e) {
            // A full disk, mostly: the offsets wait until a position can be written again.
            wait = retries.next();
            if (outage.isNews(String.valueOf(e.getMessage()))) {
                log.warn(
                        "position not written: replica={} retryMillis={} cause={}",
                        replica,
                        wait.toMillis(),
                        e.getMessage());
            }
        }
    }

    @Override
    public void wakeUp() {
        stopped.countDown();
    }
}
