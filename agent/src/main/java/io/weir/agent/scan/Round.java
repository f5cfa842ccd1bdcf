package io.weir.agent.scan;

import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.watch.Captured;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One scan from its beginning to what is published of it: a catch-up, or a sweep, which learns too. Confined to the
 * scanner's thread.
 */
final class Round {
    private static final Logger log = LoggerFactory.getLogger(Round.class);

    /** The scanner, as a round sees it. */
    interface Host {
        /** Whether a scan of this kind is to end. */
        boolean isInterrupted(boolean catchUp);

        /** To be called twice a second. */
        void tick();

        /** Waits for so long, or until there is something new. */
        void pause(long millis) throws InterruptedException;

        /** The catch-up has to be done anew, soon. */
        void again(String why) throws InterruptedException;
    }

    /** Parts of a scanner. */
    record Parts(
            Scanner.Wiring wiring,
            Scanner.Pace pace,
            SessionClock clock,
            Notebook notebook,
            SweepTimes sweeps,
            Probe probe,
            ScanProgress progress) {}

    private final Parts parts;
    private final Host host;
    private final boolean catchUp;
    private final String why;
    private final long began = System.nanoTime();

    Round(Parts parts, Host host, boolean catchUp, String why) {
        this.parts = parts;
        this.host = host;
        this.catchUp = catchUp;
        this.why = why;
    }

    /** Scans, and publishes what differs. A sweep is put off while it could learn nothing. */
    void run() throws InterruptedException {
        if (!catchUp && isKafkaBehind()) {
            log.info("no sweep while changes wait to be published: source={}", source());
            parts.sweeps().putOff();
            return;
        }
        parts.progress().begin(catchUp ? "catching up" : "sweeping");
        try {
            if (begin()) {
                parts.sweeps().swept();
            }
        } catch (SourceUnavailableException e) {
            log.info("the scan is given up with its source: source={} cause={}", source(), e.getMessage());
            if (catchUp) {
                host.again(why);
            } else {
                parts.sweeps().putOff();
            }
        } catch (Scan.InventoryException e) {
            log.warn("the inventory is of no use: source={} cause={}", source(), e.getMessage());
            parts.notebook().forgetOld();
            rescan("the agent's inventory of the source is damaged (" + e.getMessage() + "); " + why);
            parts.sweeps().swept();
        } catch (IOException e) {
            log.warn("the scan failed: source={} cause={}", source(), e.getMessage());
            if (catchUp) {
                rescan("the scan failed (" + e.getMessage() + "); " + why);
            } else {
                parts.sweeps().putOff();
            }
        } finally {
            parts.progress().end();
            parts.sweeps().rest(System.nanoTime() - began);
        }
    }

    /** Returns whether it was done to the end. */
    private boolean begin()
            throws IOException, InterruptedException, SourceUnavailableException, Scan.InventoryException {
        Journal journal = parts.notebook().journal();
        boolean tree = journal.hasTree();
        boolean rootTree = journal.hasRootTree();
        parts.sweeps().answerSuspicion();
        boolean done = false;
        try {
            parts.notebook().rotate();
            // The rate of a sweep is for a tree that is known; the first look at one is waited for.
            Scan.Result result = scan(rootTree);
            done = result != null && finish(result);
            return done;
        } finally {
            if (!done) {
                journal.notLearned(tree, rootTree);
            }
            parts.sweeps().answered(done);
        }
    }

    private Scan.@Nullable Result scan(boolean first)
            throws IOException, InterruptedException, SourceUnavailableException, Scan.InventoryException {
        Scanner.Wiring wiring = parts.wiring();
        Scan scan = new Scan(
                wiring.guard(),
                wiring.excludes(),
                parts.notebook().store(),
                parts.progress(),
                () -> host.isInterrupted(catchUp));
        ScanSettings settings = wiring.settings();
        long rate = catchUp || first ? settings.scanRate() : settings.sweepRate();
        Scan.Mode mode = new Scan.Mode(
                settings.threads(), rate, since -> !catchUp && parts.clock().isWithin(since));
        return scan.run(mode, "scan-" + source(), host::tick);
    }

    private boolean finish(Scan.Result result) throws IOException, InterruptedException {
        Notebook notebook = parts.notebook();
        List<Difference> differences = result.differences();
        if (!catchUp) {
            if (!awaitPassed()) {
                return false;
            }
            differences = new Touched(notebook.store().current()).rest(differences);
        }
        if (result.written()) {
            notebook.commit();
        }
        ScanMetrics metrics = parts.wiring().metrics();
        metrics.inventory(notebook.store().bytes());
        List<Captured> changes = Findings.changes(differences, Micros.now());
        changes.forEach(parts.wiring().pipeline()::captured);
        long found = differences.stream().filter(Difference::isFind).count();
        long nanos = System.nanoTime() - began;
        metrics.found(catchUp, found);
        metrics.scanned(catchUp, nanos);
        log.info(
                "source scanned: source={} why=\"{}\" entries={} found={} changes={} millis={}",
                source(),
                why,
                parts.progress().looked().get(),
                found,
                changes.size(),
                TimeUnit.NANOSECONDS.toMillis(nanos));
        return true;
    }

    /** Changes wait for so long that a sweep would wait in vain for all to be acknowledged. */
    private boolean isKafkaBehind() {
        long patience =
                TimeUnit.NANOSECONDS.toMicros(parts.pace().passPatience().toNanos());
        return parts.wiring().pipeline().oldestMicros() < Micros.now() - patience;
    }

    /**
     * Waits until every event up to now was captured and is acknowledged. What a sweep learned is only then known to be
     * what events told, and what it found to be what they did not.
     */
    private boolean awaitPassed() throws InterruptedException {
        long end = System.nanoTime() + parts.pace().passPatience().toNanos();
        long asked = Micros.now();
        try {
            parts.probe().touch();
        } catch (IOException | SourceUnavailableException e) {
            log.warn("no sweep without an event of the root: source={} cause={}", source(), e.getMessage());
            parts.sweeps().putOff();
            return false;
        }
        while (System.nanoTime() - end < 0 && !host.isInterrupted(false)) {
            host.tick();
            long seen = parts.probe().seenMicros();
            if (seen >= asked && parts.wiring().pipeline().oldestMicros() > seen) {
                parts.notebook().flush();
                return !host.isInterrupted(false);
            }
            host.pause(20);
        }
        log.info("the sweep is put off, changes wait to be published: source={}", source());
        parts.sweeps().putOff();
        return false;
    }

    private void rescan(String reason) {
        parts.wiring()
                .pipeline()
                .captured(new Captured(ChangeKind.RESCAN, RelPath.ROOT, null, true, Origin.SCAN, Micros.now(), reason));
    }

    private String source() {
        return parts.wiring().source();
    }
}
