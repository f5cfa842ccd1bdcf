package io.weir.agent.publish;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.agent.root.RootGuard;
import io.weir.agent.root.StateFile;
import io.weir.agent.scan.History;
import io.weir.agent.scan.ScanSettings;
import io.weir.agent.scan.Scanner;
import io.weir.agent.watch.CaptureSink;
import io.weir.agent.watch.Captured;
import io.weir.agent.watch.InotifyCapture;
import io.weir.agent.watch.LinkIndex;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.Micros;
import io.weir.schemas.Origin;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.WireFormat;
import io.weir.service.ClockWatch;
import io.weir.service.FaultHandler;
import io.weir.service.Heartbeat;
import io.weir.service.KafkaSettings;
import io.weir.service.Loop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time in which a source's root is one and the same directory: a watch, the dirty set and a publisher. When the root is
 * lost the session is over, with everything in it; the next one begins with a gap and a scan, which cover it.
 */
public final class SourceSession implements AskedCheckpoints.Session, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(SourceSession.class);

    /** What is told to the one who runs the session. Called from any of its threads; must not block. */
    public interface Listener {
        /** Changes go to Kafka. */
        void running();

        /** Kafka does not take changes; they are kept. */
        void retrying(String why);

        /** The session is over: the root cannot be believed. May be called more than once. */
        void lost(String why);

        /** The session is over, and there is to be no other: a replica was promoted in the place of the root. */
        void succeeded(String why);
    }

    /**
     * How much may wait where.
     *
     * @param dirtyPaths entries in the dirty set before subtrees collapse
     * @param unacknowledged records at Kafka without an answer
     */
    public record Bounds(int dirtyPaths, int unacknowledged) {}

    /**
     * How the source is scanned.
     *
     * @param stateDirectory where the inventory is kept
     * @param heartbeat of the scanner
     */
    public record Scanning(Path stateDirectory, ScanSettings settings, Heartbeat heartbeat) {}

    /** What outlives a session. */
    public record Context(
            SourceRoot root,
            PathRules excludes,
            StateFile state,
            KafkaSettings kafka,
            WireFormat format,
            ClockWatch clock,
            StatusLog statusLog,
            String component,
            Supplier<Status> claim,
            SourceMeters meters,
            Heartbeat heartbeat,
            FaultHandler faults,
            Bounds bounds,
            Scanning scanning) {}

    private final String source;
    private final DirtySet dirty;
    private final InotifyCapture capture;
    private final Publisher publisher;
    private final Scanner scanner;
    private final Loop loop;
    private final Loop scans;
    /** Whether what is to be found of the time before the session is asked for. */
    private volatile boolean begun;

    /** What a session touches outside of the process, for tests to replace. */
    record Edges(ChangeLog.Factory logs, History history, Rivals rivals, Succession succession, Capturing capturing) {
        static Edges real(Context context) {
            KafkaSettings kafka = context.kafka();
            WireFormat format = context.format();
            ClockWatch clock = context.clock();
            String source = context.root().source();
            return new Edges(
                    KafkaChangeLog.factory(
                            kafka,
                            new Topics(kafka.topicPrefix()),
                            format,
                            clock,
                            source,
                            context.meters().registry()),
                    new HistoryTail(kafka, format, clock, source),
                    new StatusHistory(kafka, format, clock, context.component()),
                    new PromotionHistory(kafka, format, clock, source),
                    InotifyCapture::new);
        }
    }

    /** Makes the watch. */
    interface Capturing {
        InotifyCapture of(
                SourceRoot root, PathRules excludes, LinkIndex links, CaptureSink sink, MeterRegistry metrics);
    }

    /** A session of a root that was identified. */
    public SourceSession(Context context, RootGuard guard, Listener listener) {
        this(context, guard, listener, Edges.real(context));
    }

    SourceSession(Context context, RootGuard guard, Listener listener, Edges edges) {
        this.source = context.root().source();
        this.dirty = new DirtySet(source, context.bounds().dirtyPaths());
        Scanning scanning = context.scanning();
        this.scanner = new Scanner(new Scanner.Wiring(
                source,
                guard,
                context.excludes(),
                scanning.stateDirectory(),
                scanning.settings(),
                context.meters().scans(),
                scanning.heartbeat(),
                new Pipeline(),
                edges.history(),
                new StateLedger(context.state())));
        this.scans = new Loop("scanner-" + source, scanner, scanning.heartbeat(), context.faults());
        LinkIndex links = new LinkIndex(context.root(), scanner::suspect);
        this.capture = edges.capturing()
                .of(
                        context.root(),
                        context.excludes(),
                        links,
                        new Sink(dirty, scanner, listener),
                        context.meters().registry());
        EpochClaim epochs = new EpochClaim(
                context.statusLog(), context.claim(), context.state(), edges.rivals(), edges.succession());
        this.publisher = new Publisher(
                new Publisher.Wiring(source, dirty, guard, links, epochs, edges.logs(), scanner.log(), scanner::hold),
                new Told(listener),
                context.meters().publisher(),
                context.bounds().unacknowledged());
        this.loop = new Loop("publisher-" + source, publisher, context.heartbeat(), context.faults());
        context.meters().show(publisher, dirty);
    }

    private record Sink(DirtySet dirty, Scanner scanner, Listener listener) implements CaptureSink {
        @Override
        public void captured(Captured captured) {
            if (captured.path().isRoot() && captured.kind() == ChangeKind.RESCAN) {
                // The watches are complete again after an overflow.
                scanner.catchUp(String.valueOf(captured.reason()));
                return;
            }
            if (captured.kind() == ChangeKind.GAP) {
                scanner.doubt();
            }
            dirty.add(captured);
            if (captured.path().isRoot() && captured.kind() == ChangeKind.ATTRIBUTES) {
                scanner.rootTouched(captured.capturedAtMicros());
            }
        }

        @Override
        public void reached(String marker, long atMicros) {
            dirty.addCheckpoint(Dirty.checkpoint(marker, atMicros));
        }

        @Override
        public void sourceLost(String reason) {
            listener.lost(reason);
        }
    }

    private final class Pipeline implements Scanner.Pipeline {
        @Override
        public void captured(Captured change) {
            dirty.add(change);
        }

        @Override
        public long oldestMicros() {
            return publisher.progress().oldestMicros();
        }
    }

    private record Told(Listener listener) implements Publisher.Listener {
        @Override
        public void running(long epoch) {
            listener.running();
        }

        @Override
        public void retrying(String why) {
            listener.retrying(why);
        }

        @Override
        public void rootLost(String why) {
            listener.lost(why);
        }

        @Override
        public void succeeded(String why) {
            listener.succeeded(why);
        }
    }

    /**
     * Watches the tree, publishes from then on, and has a scan find what changed before.
     *
     * @param gap why changes may be missing; null at the very first start of a source, when everything is to be made equal
     */
    public void start(@Nullable String gap) {
        scanner.open(gap == null);
        capture.start();
        long now = Micros.now();
        if (gap == null) {
            String reason = "first start of the source";
            dirty.add(new Captured(ChangeKind.RESCAN, RelPath.ROOT, null, true, Origin.BASELINE, now, reason));
        } else {
            dirty.add(new Captured(ChangeKind.GAP, RelPath.ROOT, null, true, Origin.SCAN, now, gap));
            scanner.catchUp(gap);
        }
        begun = true;
        loop.start();
        scans.start();
    }

    /**
     * Publishes a checkpoint behind everything that happened at the source up to now: all of it is captured, and what it asks to
     * be searched for or scanned is found, before. Ends with the session when that ends before. In any thread.
     *
     * @param id letters, digits and dashes
     * @throws IOException when the source is not watched yet, or not any more, or the kernel has no watch left
     */
    @Override
    public void checkpoint(String id) throws IOException {
        if (!begun) {
            throw new IOException("source " + source + " is not watched yet");
        }
        capture.mark(id);
    }

    /** The epoch that is open; 0 when there is none. */
    public long epoch() {
        return publisher.progress().epoch();
    }

    /** Fills what a status record says about progress. */
    @SuppressWarnings("NullAway") // the generated class takes null where the schema has a union with it
    public void describe(Status.Builder status) {
        Publisher.Progress progress = publisher.progress();
        status.setEpoch(progress.epoch());
        status.setSequence(progress.acknowledged());
        status.setPendingPaths(progress.pending());
        status.setOldestPendingAt(
                progress.oldestMicros() == Long.MAX_VALUE ? null : Micros.toInstant(progress.oldestMicros()));
        status.setProgress(scanner.progress());
    }

    /** What waits for Kafka, for people. */
    public String waiting() {
        return publisher.progress().waiting();
    }

    /**
     * Ends the watch and waits until what it captured is acknowledged.
     *
     * @return whether it is; false when the time was over before
     */
    public boolean drain(Duration timeout) throws InterruptedException {
        capture.close();
        boolean through = publisher.drain(timeout);
        if (!through) {
            log.warn(
                    "not everything was acknowledged before the stop, the next start finds it: source={} pending={}",
                    source,
                    publisher.progress().pending());
        }
        return through;
    }

    /** Ends everything at once; what is not acknowledged is left to the next session's scan. */
    @Override
    public void close() {
        try {
            capture.close();
        } finally {
            // Last the scanner: it notes what is acknowledged.
            try {
                loop.close();
            } finally {
                scans.close();
            }
        }
    }
}
