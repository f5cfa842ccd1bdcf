package io.weir.service.registry;

import io.weir.service.Backoff;
import io.weir.service.Outage;
import io.weir.service.RegistrySettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a schema registry says, kept for the life of the process: an id never changes its meaning. Thread-safe.
 *
 * <p>What is known is answered without the registry. What is not is asked for in the caller's thread, which takes seconds when the
 * registry is away; after a failure the same question fails at once for a while that grows to ten seconds, so that callers may
 * simply try again. That an id is not known is believed only after the registry said so for a time, as one of several
 * registries may be behind the others by a moment; once an id was unknown all that time, others are believed at once for a minute,
 * so that a topic with many records of another registry is not held up by each of them.
 */
public final class SchemaRegistry {
    private static final Logger log = LoggerFactory.getLogger(SchemaRegistry.class);

    /** For how long a cause is told after the last failure. */
    private static final Duration NEWS = Duration.ofMinutes(1);

    /** For how long other ids are believed to be unknown at once. */
    private static final Duration CREDULITY = Duration.ofMinutes(1);

    private static final int MOST_UNKNOWN = 10_000;

    private final RegistryClient client;
    private final boolean register;
    private final Waits waits;
    private final LongSupplier nanos;
    private final Map<Key, Question<Integer>> ids = new ConcurrentHashMap<>();
    private final Map<Integer, Question<Optional<String>>> schemas = new ConcurrentHashMap<>();
    /** Ids that the registry does not know, and when it last said so. */
    private final Map<Integer, Long> unknown = new ConcurrentHashMap<>();

    private final Map<Object, Trouble> troubles = new ConcurrentHashMap<>();
    private volatile @Nullable Long doubtedInVain;

    private record Key(String subject, String schema) {}

    private record Trouble(String why, long atNanos) {}

    /**
     * How long is waited for what is not known.
     *
     * @param first after a failure before the same question is asked again; longer after each
     * @param longest of these waits
     * @param doubt how long the registry must say that it knows no such id before that is believed; zero for who does not wait: it
     *     is believed at once, and no failure is logged
     * @param belief how long that is believed then without another question
     */
    record Waits(Duration first, Duration longest, Duration doubt, Duration belief) {
        static final Waits OF_STAGES =
                new Waits(Duration.ofMillis(200), Duration.ofSeconds(10), Duration.ofSeconds(3), Duration.ofSeconds(5));

        /** Commands end, and so have nothing to gain from another answer. */
        static final Waits OF_COMMANDS = new Waits(OF_STAGES.first, OF_STAGES.longest, Duration.ZERO, OF_STAGES.belief);

        boolean isDoubting() {
            return !doubt.isZero();
        }
    }

    /**
     * A registry of which nothing is known yet.
     *
     * @throws io.weir.service.WeirException (SETTINGS) when the truststore or the keystore cannot be read
     */
    public SchemaRegistry(RegistrySettings settings) {
        this(new RegistryClient(settings), settings.register(), Waits.OF_STAGES, System::nanoTime);
    }

    SchemaRegistry(RegistryClient client, boolean register, Waits waits, LongSupplier nanos) {
        this.client = client;
        this.register = register;
        this.waits = waits;
        this.nanos = nanos;
    }

    /**
     * For a command, which asks nothing twice: it believes at once that an id is not known, and logs no failure, as it ends with it.
     *
     * @throws io.weir.service.WeirException (SETTINGS) when the truststore or the keystore cannot be read
     */
    public static SchemaRegistry ofCommand(RegistrySettings settings) {
        return new SchemaRegistry(
                new RegistryClient(settings), settings.register(), Waits.OF_COMMANDS, System::nanoTime);
    }

    /**
     * The id of a schema below a subject. Registers it when the registry lacks it, unless the settings forbid that.
     *
     * @throws RegistryUnavailableException when that is not known now; worth another try
     */
    public int idOf(String subject, String schema) {
        Key key = new Key(subject, schema);
        Question<Integer> question = ids.get(key);
        if (question == null) {
            question = ids.computeIfAbsent(key, each -> new Question<>(each, () -> find(subject, schema)));
        }
        return question.answer();
    }

    private int find(String subject, String schema) {
        OptionalInt found = client.find(subject, schema);
        if (found.isPresent()) {
            return found.getAsInt();
        }
        if (!register) {
            throw new RegistryUnavailableException(
                    "look up the schema of subject " + subject + ": the registry has none like it, and"
                            + " schema.registry.register is false; register it with `weir topics create` and settings in"
                            + " which that is true",
                    null);
        }
        int id = client.add(subject, schema);
        log.info("schema registered: subject={} id={}", subject, id);
        return id;
    }

    /**
     * The text of the schema with an id; empty when the registry has no such id.
     *
     * @throws RegistryUnavailableException when that is not known now; worth another try
     */
    public Optional<String> schemaOf(int id) {
        Question<Optional<String>> question = schemas.get(id);
        if (question == null) {
            Long saidAt = unknown.get(id);
            if (saidAt != null && isYounger(saidAt, waits.belief())) {
                return Optional.empty();
            }
            boolean isDoubtful = saidAt == null && waits.isDoubting();
            question = schemas.computeIfAbsent(id, each -> new Question<>(each, new Lookup(each, isDoubtful)));
        }
        Optional<String> answer = question.answer();
        if (answer.isEmpty()) {
            // It may come to be known. Garbage in a topic must not fill the memory.
            if (unknown.size() >= MOST_UNKNOWN) {
                unknown.clear();
            }
            unknown.put(id, nanos.getAsLong());
            schemas.remove(id, question);
        }
        return answer;
    }

    private boolean isYounger(long sinceNanos, Duration age) {
        return nanos.getAsLong() - sinceNanos < age.toNanos();
    }

    /** Asks for a schema; confined to its question. */
    private final class Lookup implements Supplier<Optional<String>> {
        private final int id;
        private final boolean isDoubtful;
        /** When the registry said for the first time that it knows no such id. */
        private @Nullable Long firstSaid;

        Lookup(int id, boolean isDoubtful) {
            this.id = id;
            this.isDoubtful = isDoubtful;
        }

        @Override
        public Optional<String> get() {
            Optional<String> found = client.schema(id);
            if (found.isPresent() || !isDoubtful) {
                return found;
            }
            Long inVain = doubtedInVain;
            if (inVain != null && isYounger(inVain, CREDULITY)) {
                return found;
            }
            Long first = firstSaid;
            if (first == null) {
                first = nanos.getAsLong();
                firstSaid = first;
            }
            if (isYounger(first, waits.doubt())) {
                throw RegistryUnavailableException.doubt(
                        "read schema " + id + ": the registry knows no such id so far; it is asked again");
            }
            doubtedInVain = nanos.getAsLong();
            return found;
        }
    }

    /** Why something cannot be read or written now, by the newest failure; empty when nothing waits for the registry. */
    public Optional<String> trouble() {
        // Who still needs the answer asks more often than that.
        troubles.values().removeIf(each -> !isYounger(each.atNanos(), NEWS));
        return troubles.values().stream()
                .max((one, other) -> Long.signum(one.atNanos() - other.atNanos()))
                .map(Trouble::why);
    }

    /** One question, asked by one thread at a time until it is answered. */
    private final class Question<T> {
        private final Object key;
        private final Supplier<T> ask;
        private final Backoff backoff = new Backoff(waits.first(), waits.longest(), 0.3);
        private volatile @Nullable T known;
        private @Nullable RegistryUnavailableException failure; // guarded by this
        private long notBefore; // guarded by this
        private final Outage outage = new Outage(nanos);

        Question(Object key, Supplier<T> ask) {
            this.key = key;
            this.ask = ask;
        }

        T answer() {
            T answer = known;
            return answer == null ? ask() : answer;
        }

        private synchronized T ask() {
            T answer = known;
            if (answer != null) {
                return answer;
            }
            RegistryUnavailableException before = failure;
            if (before != null && nanos.getAsLong() - notBefore < 0) {
                throw before.again();
            }
            try {
                answer = ask.get();
            } catch (RegistryUnavailableException e) {
                failed(e);
                throw e;
            }
            known = answer;
            troubles.remove(key);
            answered();
            return answer;
        }

        private void failed(RegistryUnavailableException cause) {
            long now = nanos.getAsLong();
            String why = String.valueOf(cause.getMessage());
            if (cause.isDoubt()) {
                if (failure != null && !failure.isDoubt()) {
                    backoff.reset();
                }
                answered();
            } else if (waits.isDoubting() && outage.isNews(why)) {
                log.warn("held until the schema registry answers, nothing is lost, tried again: cause={}", why);
            }
            failure = cause;
            notBefore = now + backoff.next().toNanos();
            troubles.put(key, new Trouble(why, now));
        }

        private void answered() {
            outage.end()
                    .ifPresent(lasted -> log.info(
                            "the schema registry answers again: awaySeconds={} after=\"{}\"",
                            lasted.toSeconds(),
                            failure == null ? "" : failure.getMessage()));
        }
    }
}
