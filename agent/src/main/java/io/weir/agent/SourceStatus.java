package io.weir.agent;

import io.weir.agent.publish.SourceMeters;
import io.weir.agent.publish.SourceSession;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Micros;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.HostName;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The condition a source is in, and what is said of it in status records and to the health check. Thread-safe. */
final class SourceStatus {
    private static final Logger log = LoggerFactory.getLogger(SourceStatus.class);

    private record Condition(ComponentState state, @Nullable String message) {}

    private final String source;
    private final String instance;
    private final Duration interval;
    private final SourceMeters meters;
    private final Supplier<@Nullable SourceSession> session;
    private final Runnable changed;
    private final Supplier<String> notice;
    private volatile Condition condition = new Condition(ComponentState.STARTING, null);
    private volatile boolean superseded;

    /**
     * Of a source that is being started.
     *
     * @param instance the random id of this life of the agent
     * @param interval between two heartbeats
     * @param session gives the session in use
     * @param changed is told when the condition is another one
     * @param notice what is told beside the condition; empty for nothing
     */
    SourceStatus(
            String source,
            String instance,
            Duration interval,
            SourceMeters meters,
            Supplier<@Nullable SourceSession> session,
            Runnable changed,
            Supplier<String> notice) {
        this.source = source;
        this.instance = instance;
        this.interval = interval;
        this.meters = meters;
        this.session = session;
        this.changed = changed;
        this.notice = notice;
    }

    /** The name under which the source reports and claims its epochs. */
    String component() {
        return "agent/" + source;
    }

    ComponentState state() {
        return condition.state();
    }

    @Nullable
    String message() {
        return condition.message();
    }

    /** Another agent serves the source: the record under the component's name is that one's from now on. */
    void superseded() {
        superseded = true;
    }

    /** Changes the condition. What threads that are being closed say after {@link ComponentState#STOPPED} does not count. */
    void change(ComponentState to, @Nullable String message) {
        Condition now = new Condition(to, message);
        Condition before;
        synchronized (this) {
            before = condition;
            if (before.state() == ComponentState.STOPPED) {
                return;
            }
            condition = now;
        }
        if (!before.equals(now)) {
            log.info("state changed: component={} state={}", component(), to);
            changed.run();
        }
    }

    /** Why the source is not replicated now, and what waits. */
    Optional<String> notReady() {
        Condition now = condition;
        if (now.state() == ComponentState.RUNNING) {
            return Optional.empty();
        }
        SourceSession open = session.get();
        return Optional.of(now.state()
                + (now.message() == null ? "" : ": " + now.message())
                + (open == null ? "" : "; " + open.waiting()));
    }

    private static @Nullable String said(@Nullable String message, String notice) {
        if (notice.isEmpty()) {
            return message;
        }
        return message == null ? notice : message + "; " + notice;
    }

    /** The record of this source as it is now. */
    @SuppressWarnings("NullAway") // the generated class takes null where the schema has a union with it
    Status status() {
        Condition now = condition;
        Status.Builder status = Status.newBuilder()
                .setComponent(superseded ? component() + "@" + instance : component())
                .setRole(Role.AGENT)
                .setInstance(instance)
                .setHost(HostName.get())
                .setPid(ProcessHandle.current().pid())
                .setSource(source)
                .setState(now.state())
                .setMessage(said(now.message(), notice.get()))
                .setAt(Micros.toInstant(Micros.now()))
                .setIntervalMillis(interval.toMillis())
                .setCounters(Map.of(
                        "weir.agent.changes",
                        meters.changes(),
                        "weir.agent.epochs",
                        meters.epochs(),
                        "weir.agent.caught.up",
                        meters.scans().caughtUp(),
                        "weir.agent.swept",
                        meters.scans().swept()));
        SourceSession open = session.get();
        if (open != null) {
            open.describe(status);
        }
        return status.build();
    }
}
