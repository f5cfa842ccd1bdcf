package io.weir.agent.scan;

import io.weir.agent.root.RootGuard;
import io.weir.agent.watch.Captured;
import io.weir.schemas.Micros;
import io.weir.schemas.PathRules;
import io.weir.service.Heartbeat;
import io.weir.service.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Decides when a source is scanned, and hands what is found to the publisher: a catch-up when it is asked for, a sweep on a
 * schedule, and one soon after a directory was published as a whole, to learn the names in it. Also keeps the journal of
 * what was published. The steps are for one thread; all other methods may be called from any.
 */
public final class Scanner implements Loop.Step {
    private static final long STEP_MILLIS = 500;

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
            History history,
            Ledger ledger) {
        /** The same with nothing owed. */
        public Wiring(
                String source,
                RootGuard guard,
                PathRules excludes,
                Path stateDirectory,
                ScanSettings settings,
                ScanMetrics metrics,
                Heartbeat heartbeat,
                Pipeline pipeline,
                History history) {
            this(
                    source,
                    guard,
                    excludes,
                    stateDirectory,
                    settings,
                    metrics,
                    heartbeat,
                    pipeline,
                    history,
                    Ledger.empty());
        }
    }

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
     * @param retryAfter when a sweep is tried again that was put off
     * @param passPatience how long a sweep waits for all changes to be acknowledged
     * @param rest how many times as long as the last scan there is none that nobody asked for
     */
    record Pace(Duration retryAfter, Duration passPatience, int rest) {
        static final Pace DEFAULT = new Pace(Duration.ofMinutes(5), Duration.ofMinutes(1), 19);
    }

    private final Wiring wiring;
    private final Notebook notebook;
    private final SweepTimes sweeps;
    private final Repeats repeats;
    private final Probe probe;
    private final ScanProgress progress;
    private final Round.Parts parts;
    private final Object monitor = new Object();
    private @Nullable String requested; // guarded by the monitor
    private boolean doubted; // guarded by the monitor
    private boolean catchingUp; // guarded by the monitor
    private final List<Runnable> held = new ArrayList<>(); // guarded by the monitor
    private volatile boolean closed;

    /** A scanner of an identified source; nothing is opened. */
    public Scanner(Wiring wiring) {
        this(wiring, Pace.DEFAULT, new SessionClock(Micros::now, System::nanoTime));
    }

    Scanner(Wiring wiring, Pace pace, SessionClock clock) {
        this.wiring = wiring;
        this.notebook = new Notebook(wiring, clock);
        this.sweeps = new SweepTimes(notebook.journal(), wiring.settings(), pace, clock::nanos);
        this.repeats = new Repeats(wiring, clock);
        this.probe = new Probe(wiring.guard());
        this.progress = wiring.metrics().progress();
        this.parts = new Round.Parts(wiring, pace, clock, notebook, sweeps, probe, progress);
    }

    /**
     * When it was noted last what is published of a source, milliseconds since 1970; none when never. To be asked before
     * {@link #open}.
     */
    public static OptionalLong notedAtMillis(Path stateDirectory, RootGuard guard, String source) throws IOException {
        return new InventoryStore(stateDirectory, source, guard.uuid()).writtenAtMillis();
    }

    /**
     * Begins to note what is published; to be called before anything is.
     *
     * @param forget whether nothing was ever published: what is known of the source is that of another one
     */
    public void open(boolean forget) {
        notebook.open(forget);
    }

    /** Where what is published is to be noted. */
    public PublishedLog log() {
        return notebook.journal();
    }

    /** Events were lost: what a sweep under way learns may be news. A {@link #catchUp} is to follow. */
    public void doubt() {
        synchronized (monitor) {
            doubted = true;
        }
    }

    /** A file may have changed whose name no event told: a sweep is to follow soon. */
    public void suspect() {
        sweeps.suspect();
    }

    /** Changes may have been missed: everything that differs from what was published is to be published. */
    public void catchUp(String why) {
        synchronized (monitor) {
            requested = why;
            monitor.notifyAll();
        }
    }

    /**
     * Keeps something back until every scan is through that was asked for up to now: a catch-up, what is owed of before, and the
     * answer to a suspicion, for which there is one at once.
     *
     * @param passed called in the scanner's thread when what was found is in the pipeline
     * @return false when there is nothing to wait for, and it is not kept
     */
    public boolean hold(Runnable passed) {
        synchronized (monitor) {
            SweepTimes.Suspicion suspicion = sweeps.suspicion();
            boolean isSuspected = suspicion != SweepTimes.Suspicion.NONE;
            if (requested == null && !catchingUp && !isSuspected && !repeats.isOwing()) {
                return false;
            }
            held.add(passed);
            // A sweep takes its time and may be put off; a catch-up under way answers only what was suspected before
            // it.
            boolean isAnswered = catchingUp && suspicion == SweepTimes.Suspicion.IN_HAND;
            if (requested == null && isSuspected && !isAnswered) {
                requested = "a checkpoint waits, and a file may have changed that no event named";
            }
            monitor.notifyAll();
            return true;
        }
    }

    private void release() {
        List<Runnable> all;
        synchronized (monitor) {
            catchingUp = false;
            if (requested != null || repeats.isOwing()) {
                return;
            }
            all = List.copyOf(held);
            held.clear();
        }
        all.forEach(Runnable::run);
    }

    /** An event of the root directory's own state was captured: all that came before it were captured too. */
    public void rootTouched(long capturedAtMicros) {
        probe.seen(capturedAtMicros);
        synchronized (monitor) {
            monitor.notifyAll();
        }
    }

    /** What is being done, for people; null between scans. */
    public @Nullable String progress() {
        return progress.text();
    }

    @Override
    public void run() throws InterruptedException {
        notebook.flush();
        notebook.mend();
        String why;
        synchronized (monitor) {
            why = requested;
            requested = null;
            catchingUp = why != null;
            // A catch-up learns nothing; it, or a sweep after it, begins after what was lost.
            doubted &= why == null;
        }
        if (why != null) {
            new Round(parts, new Host(), true, why).run();
        } else if (repeats.run(this::tick)) {
            notebook.flush();
        } else if (sweeps.isDue() && !isInterrupted(false)) {
            new Round(parts, new Host(), false, "sweep").run();
        } else {
            pause(STEP_MILLIS);
        }
        release();
    }

    private final class Host implements Round.Host {
        @Override
        public boolean isInterrupted(boolean catchUp) {
            return Scanner.this.isInterrupted(catchUp);
        }

        @Override
        public void tick() {
            Scanner.this.tick();
        }

        @Override
        public void pause(long millis) throws InterruptedException {
            Scanner.this.pause(millis);
        }

        @Override
        public void again(String why) throws InterruptedException {
            Scanner.this.pause(STEP_MILLIS);
            synchronized (monitor) {
                requested = requested == null ? why : requested;
            }
        }
    }

    private boolean isInterrupted(boolean catchUp) {
        synchronized (monitor) {
            return closed || (!catchUp && (doubted || requested != null));
        }
    }

    private void tick() {
        wiring.heartbeat().beat();
        notebook.flush();
        progress.tick();
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
        notebook.journal().close();
    }
}
