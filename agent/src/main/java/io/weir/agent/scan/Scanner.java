package io.weir.agent.scan;

import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.watch.Captured;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides when a source is scanned, and hands what is found to the publisher: a catch-up when it is asked for, a sweep on a
 * schedule, and one soon after a directory was published as a whole, to learn the names in it. Also keeps the journal of
 * what was published. The steps are for one thread; all other methods may be called from any.
 */
public final class Scanner implements Loop.Step {
    private static final Logger log = LoggerFactory.getLogger(Scanner.class);
    private static final long STEP_MILLIS = 500;
    private static final long LONG_JOURNAL = 64L << 20;
    /** What a scanner needs around it. */
    public record Wiring(
            String source,
            RootGuard guard,
            PathRules excludes,
            Path stateDirectory,
            ScanSettings settings,
            ScanMetrics metrics,
            Heartbeat heartbeat,
            Pipeline pipeline,
            History history) {}

    /** The way of a change from here to Kafka. */
    public interface Pipeline {
        /** Takes a change. */
        void captured(Captured change);

        /** When the oldest change that is not acknowledged was captured; {@link Long#MAX_VALUE} for none. */
        long oldestMicros();
    }

    /**
     * Times that tests shorten.
     *
     * @param learnAfter how long after a directory was published as a whole its names are learned
     * @param retryAfter when a sweep is tried again that was put off
     * @param passPatience how long a sweep waits for all changes to be acknowledged
     * @param rest how many times as long as the last scan there is none that nobody asked for
     */
    record Pace(Duration learnAfter, Duration retryAfter, Duration passPatience, int rest) {
        static final Pace DEFAULT = new Pace(Duration.ofMinutes(5), Duration.ofMinutes(5), Duration.ofMinutes(1), 19);
    }

    private final Wiring wiring;
    private final Pace pace;
    private final SessionClock clock;
    private final InventoryStore store;
    private final Journal journal;
    private final Object monitor = new Object();
    private @Nullable String requested; // guarded by the monitor
    private boolean doubted; // guarded by the monitor
    private long probeSeenMicros; // guarded by the monitor
    private volatile boolean closed;
    private volatile @Nullable String doing;
    /** Since when the history is to be published again; confined to the steps once they run. */
    private OptionalLong repeatFromMillis = OptionalLong.empty();

    private OptionalLong notedAtMillis = OptionalLong.empty();
    private long repeatAtNanos = System.nanoTime();

    private long sweptAtNanos = System.nanoTime();
    private long restUntilNanos = System.nanoTime();
    private long treeSeenAtNanos;
    private boolean treeSeen;

    /** A scanner of an identified source; nothing is opened. */
    public Scanner(Wiring wiring) {
        this(wiring, Pace.DEFAULT, new SessionClock(Micros::now, System::nanoTime));
    }

    Scanner(Wiring wiring, Pace pace, SessionClock clock) {
        this.wiring = wiring;
        this.pace = pace;
        this.clock = clock;
        this.store = new InventoryStore(
                wiring.stateDirectory(), wiring.source(), wiring.guard().uuid());
        this.journal = new Journal(wiring.source(), clock, this::forget);
    }

    /**
     * Begins to note what is published; to be called before anything is.
     *
     * @param forget whether nothing was ever published: what is known of the source is that of another one
     */
    public void open(boolean forget) {
        try {
            notedAtMillis = store.writtenAtMillis();
            store.open(forget);
            store.rotate(journal);
        } catch (IOException e) {
            log.warn(
                    "no inventory can be kept, so a restart will rescan the whole source; make the state directory"
                            + " writable: source={} cause={}",
                    wiring.source(),
                    e.getMessage());
            forget();
        }
    }

    /** Where what is published is to be noted. */
    public PublishedLog log() {
        return journal;
    }

    /** Events were lost: what a sweep under way learns may be news. A {@link #catchUp} is to follow. */
    public void doubt() {
        synchronized (monitor) {
            doubted = true;
        }
    }

    /** Changes may have been missed: everything that differs from what was published is to be published. */
    public void catchUp(String why) {
        synchronized (monitor) {
            requested = why;
            monitor.notifyAll();
        }
    }

    /**
     * The machine was started since the last life, so its disks may have lost what the kernel had, the journal's end
     * included: what was published from a while before that on is to be published again. To be called before the steps.
     */
    public void repeatHistory() {
        Duration tail = wiring.settings().bootTail();
        if (tail.isZero()) {
            rescan("the machine was started again");
        } else if (notedAtMillis.isPresent()) {
            repeatFromMillis = OptionalLong.of(notedAtMillis.getAsLong() - tail.toMillis());
        }
    }

    /** An event of the root directory's own state was captured: all that came before it were captured too. */
    public void rootTouched(long capturedAtMicros) {
        synchronized (monitor) {
            probeSeenMicros = capturedAtMicros;
            monitor.notifyAll();
        }
    }

    /** What is being done, for people; null between scans. */
    public @Nullable String progress() {
        String now = doing;
        return now == null ? null : now + ", " + wiring.metrics().entries().get() + " entries looked at";
    }

    @Override
    public void run() throws InterruptedException {
        journal.flush();
        String why;
        synchronized (monitor) {
            why = requested;
            requested = null;
            // A catch-up learns nothing; it, or a sweep after it, begins after what was lost.
            doubted &= why == null;
        }
        if (why != null) {
            scan(true, why);
        } else if (repeatFromMillis.isPresent() && System.nanoTime() - repeatAtNanos >= 0) {
            repeat(repeatFromMillis.getAsLong());
        } else if (System.nanoTime() - restUntilNanos >= 0 && isSweepDue() && !isInterrupted(false)) {
            scan(false, "sweep");
        } else {
            pause(STEP_MILLIS);
        }
    }

    private void repeat(long fromMillis) throws InterruptedException {
        long[] count = {0};
        try {
            boolean whole = wiring.history()
                    .since(
                            fromMillis,
                            change -> {
                                count[0]++;
                                wiring.pipeline().captured(change);
                            },
                            this::tick);
            log.info(
                    "history of before the restart of the machine repeated: source={} from={} changes={} whole={}",
                    wiring.source(),
                    Instant.ofEpochMilli(fromMillis),
                    count[0],
                    whole);
            if (!whole) {
                rescan("the machine was started again, and the history of before cannot be read");
            }
            repeatFromMillis = OptionalLong.empty();
        } catch (IOException e) {
            log.info("the history is not read yet, tried again: source={} cause={}", wiring.source(), e.getMessage());
            repeatAtNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
        }
    }

    private boolean isSweepDue() {
        long now = System.nanoTime();
        if (!journal.hasTree()) {
            treeSeen = false;
        } else if (!treeSeen) {
            treeSeen = true;
            treeSeenAtNanos = now;
        }
        long interval = wiring.settings().sweepInterval().toNanos();
        return journal.hasRootTree()
                || (treeSeen && now - treeSeenAtNanos >= pace.learnAfter().toNanos())
                || journal.bytes() > LONG_JOURNAL
                || (interval > 0 && now - sweptAtNanos >= interval);
    }

    private void scan(boolean catchUp, String why) throws InterruptedException {
        long began = System.nanoTime();
        doing = catchUp ? "catching up" : "sweeping";
        wiring.metrics().entries().set(0);
        try {
            // The rate of a sweep is for a tree that is known; the first look at one is waited for.
            boolean first = journal.hasRootTree();
            store.rotate(journal);
            Scan scan = new Scan(
                    wiring.guard(), wiring.excludes(), store, wiring.metrics().entries(), () -> isInterrupted(catchUp));
            ScanSettings settings = wiring.settings();
            long rate = catchUp || first ? settings.scanRate() : settings.sweepRate();
            Scan.Mode mode = new Scan.Mode(settings.threads(), rate, since -> !catchUp && clock.isWithin(since));
            Scan.Result result = scan.run(mode, "scan-" + wiring.source(), this::tick);
            if (result != null) {
                finish(catchUp, why, result, began);
            }
        } catch (SourceUnavailableException e) {
            log.info("the scan is given up with its source: source={} cause={}", wiring.source(), e.getMessage());
            again(catchUp, why);
        } catch (Scan.InventoryException e) {
            log.warn("the inventory is of no use: source={} cause={}", wiring.source(), e.getMessage());
            discardOld();
            rescan("the agent's inventory of the source is damaged (" + e.getMessage() + "); " + why);
        } catch (IOException e) {
            log.warn("the scan failed: source={} cause={}", wiring.source(), e.getMessage());
            if (catchUp) {
                rescan("the scan failed (" + e.getMessage() + "); " + why);
            }
        } finally {
            doing = null;
            long now = System.nanoTime();
            sweptAtNanos = now;
            restUntilNanos = Math.max(restUntilNanos, now + pace.rest() * (now - began));
        }
    }

    private void finish(boolean catchUp, String why, Scan.Result result, long began)
            throws IOException, InterruptedException {
        List<Difference> differences = result.differences();
        if (!catchUp) {
            if (!awaitPassed()) {
                return;
            }
            differences = new Touched(store.current()).rest(differences);
        }
        if (result.written()) {
            store.commit();
        }
        wiring.metrics().inventory(store.bytes());
        List<Captured> changes = Findings.changes(differences, Micros.now());
        changes.forEach(wiring.pipeline()::captured);
        long found = differences.stream().filter(Difference::isFind).count();
        long nanos = System.nanoTime() - began;
        wiring.metrics().found(catchUp, found);
        wiring.metrics().scanned(catchUp, nanos);
        log.info(
                "source scanned: source={} why=\"{}\" entries={} found={} changes={} millis={}",
                wiring.source(),
                why,
                wiring.metrics().entries().get(),
                found,
                changes.size(),
                TimeUnit.NANOSECONDS.toMillis(nanos));
    }

    /**
     * Waits until every event up to now was captured and is acknowledged. What a sweep learned is only then known to be
     * what events told, and what it found to be what they did not.
     */
    private boolean awaitPassed() throws InterruptedException {
        long end = System.nanoTime() + pace.passPatience().toNanos();
        long asked = Micros.now();
        if (!touchRoot()) {
            return false;
        }
        while (System.nanoTime() - end < 0 && !isInterrupted(false)) {
            tick();
            long seen;
            synchronized (monitor) {
                seen = probeSeenMicros;
            }
            if (seen >= asked && wiring.pipeline().oldestMicros() > seen) {
                journal.flush();
                return !isInterrupted(false);
            }
            pause(20);
        }
        log.info("the sweep is put off, changes wait to be published: source={}", wiring.source());
        restUntilNanos = System.nanoTime() + pace.retryAfter().toNanos();
        return false;
    }

    /** Makes an event: setting the mode that it has changes nothing but the change time. */
    private boolean touchRoot() {
        try (Fd root = wiring.guard().open()) {
            Fs.fchmod(root, Fs.fstat(root).permissions());
            return true;
        } catch (IOException | SourceUnavailableException e) {
            log.warn("no sweep without an event of the root: source={} cause={}", wiring.source(), e.getMessage());
            restUntilNanos = System.nanoTime() + pace.retryAfter().toNanos();
            return false;
        }
    }

    private boolean isInterrupted(boolean catchUp) {
        synchronized (monitor) {
            return closed || (!catchUp && (doubted || requested != null));
        }
    }

    private void again(boolean catchUp, String why) throws InterruptedException {
        if (catchUp) {
            synchronized (monitor) {
                requested = requested == null ? why : requested;
            }
        }
        pause(STEP_MILLIS);
    }

    private void rescan(String why) {
        wiring.pipeline()
                .captured(new Captured(ChangeKind.RESCAN, RelPath.ROOT, null, true, Origin.SCAN, Micros.now(), why));
    }

    private void forget() {
        try {
            store.discard();
        } catch (IOException e) {
            log.warn("the inventory was not deleted: source={} cause={}", wiring.source(), e.getMessage());
        }
    }

    private void discardOld() {
        try {
            store.discardOld();
        } catch (IOException e) {
            log.warn("the inventory was not deleted: source={} cause={}", wiring.source(), e.getMessage());
        }
    }

    private void tick() {
        wiring.heartbeat().beat();
        journal.flush();
    }

    private void pause(long millis) throws InterruptedException {
        synchronized (monitor) {
            if (!closed && requested == null) {
                TimeUnit.MILLISECONDS.timedWait(monitor, millis);
            }
        }
    }

    @Override
    public void wakeUp() {
        closed = true;
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }

    @Override
    public void finish() {
        journal.close();
    }
}
