package io.weir.agent;

import io.micrometer.core.instrument.Tags;
import io.weir.agent.publish.CommandReader;
import io.weir.agent.publish.PromotionWatch;
import io.weir.agent.publish.RivalWatch;
import io.weir.agent.publish.SourceMeters;
import io.weir.agent.publish.SourceSession;
import io.weir.agent.publish.SucceededException;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.agent.root.StateFile;
import io.weir.agent.watch.SourceRoot;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.Loop;
import io.weir.service.Meters;
import io.weir.service.Service;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One source of an agent: opens a session when the root is there, ends it when the root is lost, and tries again with
 * growing waits. The session in use changes in the supervisor's thread, or before it started or after it ended.
 */
final class SourceAgent implements Service, RivalWatch.Claimant, CommandReader.Commanded, PromotionWatch.Served {
    private static final Logger log = LoggerFactory.getLogger(SourceAgent.class);
    private static final Duration LAST_WORDS = Duration.ofSeconds(2);
    private static final long STEP_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

    private final SourceSettings settings;
    private final SourceRoot root;
    private final Shared shared;
    private final SourceStatus status;
    private final SessionOpener opener;
    private final Loop supervisor;
    private final Backoff backoff = new Backoff(Duration.ofMillis(500), Duration.ofSeconds(30), 0.2);
    private final Object monitor = new Object();
    private volatile @Nullable SourceSession session;
    private volatile @Nullable StateFile state;

    /** Why the session in use is over; guarded by the monitor. */
    private @Nullable String lost;

    private long retryAtNanos = System.nanoTime();
    private boolean closed;

    /** Set once and for good: another agent serves the source, or a replica was promoted in its place. */
    private volatile boolean superseded;

    /** Whether that was seen to; only the supervisor's thread asks. */
    private boolean givenUp;

    /** Whether that was a promotion. */
    private volatile boolean succeeded;

    private volatile boolean retired;

    SourceAgent(SourceSettings settings, Shared shared) {
        this.settings = settings;
        this.shared = shared;
        this.root = new SourceRoot(settings.name(), settings.rootBytes());
        SourceMeters meters = new SourceMeters(settings.name(), shared.metrics());
        this.status = new SourceStatus(
                settings.name(),
                shared.instance(),
                shared.settings().statusInterval(),
                meters,
                () -> session,
                shared.statusChanged(),
                shared.notice());
        meters.showState(status::state);
        this.opener = new SessionOpener(settings, root, shared, meters, status);
        this.supervisor = new Loop(
                "supervisor-" + settings.name(),
                this::superviseOnce,
                shared.health().heartbeat(name() + "/supervisor"),
                shared.faults());
        shared.health().readiness(name(), status::notReady);
    }

    @Override
    public String name() {
        return status.component();
    }

    SourceSettings settings() {
        return settings;
    }

    /** Whether another agent serves the source, so that this one has given it up. */
    boolean isGivenUp() {
        return superseded;
    }

    /** Forgets what is said and counted of the source, once this was closed and the agent goes on without it. */
    void forget() {
        shared.health().forget(name());
        Meters.remove(shared.metrics(), "weir.agent.", Tags.of("source", settings.name()));
    }

    SourceRoot root() {
        return root;
    }

    @Override
    public String source() {
        return settings.name();
    }

    @Override
    public @Nullable SourceSession session() {
        return session;
    }

    @Override
    public String component() {
        return name();
    }

    @Override
    public String instance() {
        return shared.instance();
    }

    @Override
    public long epoch() {
        SourceSession open = session;
        return open == null ? 0 : open.epoch();
    }

    /** The newer agent wins, since the aggregator takes no other: this one stops serving the source until it is started again. */
    @Override
    public void superseded(Status by) {
        endServing(
                "another agent serves source " + settings.name() + " since epoch " + by.getEpoch() + ": host "
                        + by.getHost() + ", pid " + by.getPid()
                        + ". Two agents for one source are a mistake: stop one of"
                        + " them; to serve the source from here, stop that one and start this one again",
                false);
    }

    /**
     * Only for a tree that was the source before: of a newer one an older promotion says nothing. While there is no session the tree is
     * not known, as the one that is mounted next may be another than the last; that one's claim of an epoch asks by itself.
     */
    @Override
    public void promoted(Desired promotion) {
        StateFile file = state;
        if (file == null || session == null) {
            return;
        }
        String mine = String.valueOf(file.state().uuid());
        if (Lineage.isFormer(promotion.getPromotion(), mine)) {
            endServing(SucceededException.text(promotion, mine), true);
        }
    }

    private void endServing(String why, boolean promoted) {
        synchronized (monitor) {
            if (superseded || closed) {
                return;
            }
            superseded = true;
            succeeded = promoted;
            status.superseded();
            lost = why;
            monitor.notifyAll();
        }
    }

    /**
     * Watches the source. A root that is missing fails the start of a source that was never started; later on that is a
     * state to wait in, since disks come and go.
     */
    @Override
    public void start() {
        StateFile file = StateFile.open(shared.settings().stateDirectory(), settings.name());
        state = file;
        boolean known = file.state().uuid() != null;
        try {
            open(file, "the agent was not running");
        } catch (SourceUnavailableException e) {
            if (!known) {
                throw new WeirException(
                        ExitCode.UNAVAILABLE, "start source " + settings.name() + ": " + e.getMessage(), e);
            }
            unavailable(ComponentState.UNAVAILABLE, String.valueOf(e.getMessage()));
        }
        supervisor.start();
    }

    private void open(StateFile file, String gap) throws SourceUnavailableException {
        SessionOpener.Opened opened = opener.open(file, new Told());
        forgetLoss();
        // A claim has to look like that of an agent that serves the source.
        status.change(ComponentState.STARTING, null);
        session = opened.session();
        try {
            opened.session().start(opened.first() ? null : gap);
        } catch (RuntimeException e) {
            session = null;
            opened.session().close();
            throw e;
        }
        backoff.reset();
    }

    private final class Told implements SourceSession.Listener {
        @Override
        public void running() {
            status.change(ComponentState.RUNNING, null);
        }

        @Override
        public void retrying(String why) {
            status.change(ComponentState.RETRYING, why);
        }

        @Override
        public void lost(String why) {
            synchronized (monitor) {
                if (lost == null) {
                    lost = why;
                }
                monitor.notifyAll();
            }
        }

        @Override
        public void succeeded(String why) {
            endServing(why, true);
        }
    }

    private void superviseOnce() throws InterruptedException {
        String why;
        boolean isForGood;
        synchronized (monitor) {
            if (!closed && (lost == null || givenUp)) {
                TimeUnit.NANOSECONDS.timedWait(monitor, STEP_NANOS);
            }
            why = lost;
            isForGood = superseded;
            if (closed || givenUp) {
                return;
            }
        }
        SourceSession open = session;
        StateFile file = state;
        if (why != null) {
            session = null;
            if (open != null) {
                open.close();
            }
            if (isForGood) {
                giveUp(why);
            } else {
                unavailable(ComponentState.UNAVAILABLE, why);
            }
        } else if (open == null && file != null && System.nanoTime() - retryAtNanos >= 0) {
            reopen(file);
        }
    }

    private void giveUp(String why) {
        givenUp = true;
        log.error("source given up: source={} why={}", settings.name(), why);
        status.change(ComponentState.FAILED, why);
        shared.sourceGivenUp().accept(new WeirException(ExitCode.CONFLICT, why));
    }

    private void reopen(StateFile file) {
        try {
            open(file, "the source was unavailable: " + status.message());
            log.info("source available again: source={}", settings.name());
        } catch (SourceUnavailableException e) {
            unavailable(ComponentState.UNAVAILABLE, String.valueOf(e.getMessage()));
        } catch (WeirException e) {
            unavailable(ComponentState.FAILED, String.valueOf(e.getMessage()));
        }
    }

    /** The loss was seen to; but that another agent serves the source is not over. */
    private void forgetLoss() {
        synchronized (monitor) {
            if (!superseded) {
                lost = null;
            }
        }
    }

    private void unavailable(ComponentState as, String why) {
        Duration wait = backoff.next();
        retryAtNanos = System.nanoTime() + wait.toNanos();
        forgetLoss();
        if (!why.equals(status.message())) {
            log.warn(
                    "source unavailable, nothing is said about it until it is back: source={} why={}",
                    settings.name(),
                    why);
        }
        status.change(as, why);
    }

    /** The record of this source as it is now. */
    Status status() {
        return status.status();
    }

    /** The source is served from here no more while the agent goes on, which a close says whatever state it is in. */
    void retire() {
        retired = true;
    }

    @Override
    public void close() {
        synchronized (monitor) {
            if (closed) {
                return;
            }
            closed = true;
            monitor.notifyAll();
        }
        supervisor.close();
        SourceSession open = session;
        try {
            if (open != null) {
                open.drain(shared.settings().stopPatience());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            // That a replica was promoted is in order, and nobody else would end the record of this life.
            boolean isToBeSaid = status.state() == ComponentState.RUNNING || retired || succeeded;
            status.change(ComponentState.STOPPED, succeeded ? status.message() : null);
            if (isToBeSaid) {
                sayGoodbye();
            }
            if (open != null) {
                open.close();
            }
        }
    }

    private void sayGoodbye() {
        try {
            Status last = status();
            shared.statusLog()
                    .append(StatusKey.heartbeat(last.getComponent()), last)
                    .get(LAST_WORDS.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            log.info("the last status record was not sent: component={} cause={}", name(), e.toString());
        }
    }
}
