package io.weir.service;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.LongSupplier;
import java.util.function.Predicate;

/**
 * What the health of a process is made of: heartbeats (alive: every loop makes progress) and readiness checks (ready:
 * able to do its work now). Thread-safe.
 */
public final class HealthRegistry {
    /** Long enough for a loop that waits for Kafka's default request timeout of 30 seconds. */
    public static final Duration DEFAULT_LIMIT = Duration.ofMinutes(2);

    private final LongSupplier nanoClock;
    private final Map<String, Heartbeat> heartbeats = new ConcurrentSkipListMap<>();
    private final Map<String, Readiness> checks = new ConcurrentSkipListMap<>();

    /** Tells why a component is not ready. Called by the health server's thread; quick, and without I/O. */
    @FunctionalInterface
    public interface Readiness {
        /** The reason not to be ready; empty means ready. */
        Optional<String> notReady();
    }

    /** A registry on the system's clock. */
    public HealthRegistry() {
        this(System::nanoTime);
    }

    /** A registry on a clock of nanoseconds, for tests. */
    public HealthRegistry(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** A new heartbeat of that name with the default limit of 2 minutes; it replaces one of the same name. */
    public Heartbeat heartbeat(String name) {
        return heartbeat(name, DEFAULT_LIMIT);
    }

    /** A new heartbeat with a limit of its own. */
    public Heartbeat heartbeat(String name, Duration limit) {
        Heartbeat heartbeat = new Heartbeat(name, limit, nanoClock);
        heartbeats.put(name, heartbeat);
        return heartbeat;
    }

    /** Adds a readiness check, replacing one of the same name. */
    public void readiness(String name, Readiness check) {
        checks.put(name, check);
    }

    /** Forgets a component that is no more, with its parts: heartbeats and checks of that name, or that name and a slash. */
    public void forget(String component) {
        Predicate<String> isOf = name -> name.equals(component) || name.startsWith(component + "/");
        heartbeats.keySet().removeIf(isOf);
        checks.keySet().removeIf(isOf);
    }

    /** One line for each loop without progress; empty means alive. */
    public List<String> stale() {
        List<String> lines = new ArrayList<>();
        for (Heartbeat heartbeat : heartbeats.values()) {
            if (heartbeat.isStale()) {
                lines.add(heartbeat.name() + ": no progress for "
                        + heartbeat.age().toSeconds() + " s");
            }
        }
        return lines;
    }

    /** One line for each component that is not ready, those without progress included; empty means ready. */
    public List<String> notReady() {
        List<String> lines = stale();
        checks.forEach((name, check) -> check.notReady().ifPresent(reason -> lines.add(name + ": " + reason)));
        return lines;
    }
}
