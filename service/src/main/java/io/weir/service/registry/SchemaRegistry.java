package io.weir.service.registry;

import io.weir.service.Backoff;
import io.weir.service.RegistrySettings;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
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
 * registries may be behind the others by a moment.
 */
public final class SchemaRegistry {
    private static final Logger log = LoggerFactory.getLogger(SchemaRegistry.class);
    private static final Duration FIRST_WAIT = Duration.ofMillis(200);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(10);
    private static final Duration DOUBT = Duration.ofSeconds(3);
    private static final Duration REMIND = Duration.ofMinutes(1);
    private static final int MOST_UNKNOWN = 10_000;

    private final RegistryClient client;
    private final boolean register;
    private final Duration doubt;
    private final Map<String, Question<Integer>> ids = new ConcurrentHashMap<>();
    private final Map<Integer, Question<Optional<String>>> schemas = new ConcurrentHashMap<>();
    /** Ids that the registry does not know, and when it last said so. */
    private final Map<Integer, Long> unknown = new ConcurrentHashMap<>();

    private final Map<Object, Trouble> troubles = new ConcurrentHashMap<>();

    private record Trouble(String why, long atNanos) {}

    /**
     * A registry of which nothing is known yet.
     *
     * @throws io.weir.service.WeirException (SETTINGS) when the truststore cannot be read
     */
    public SchemaRegistry(RegistrySettings settings) {
        this(new RegistryClient(settings), settings.register(), DOUBT);
    }

    SchemaRegistry(RegistryClient client, boolean register, Duration doubt) {
        this.client = client;
        this.register = register;
        this.doubt = doubt;
    }

    /**
     * The id of a schema below a subject. Registers it when the registry lacks it, unless the settings forbid that.
     *
     * @throws RegistryUnavailableException when that is not known now; worth another try
     */
    public int idOf(String subject, String schema) {
        String key = subject + "\n" + schema;
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
        client.setCompatibility(subject);
        int id = client.register(subject, schema);
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
            if (saidAt != null && System.nanoTime() - saidAt < REMIND.toNanos()) {
                return Optional.empty();
            }
            boolean isDoubtful = saidAt == null;
            question = schemas.computeIfAbsent(id, each -> new Question<>(each, asking(each, isDoubtful)));
        }
        Optional<String> answer = question.answer();
        if (answer.isEmpty()) {
            // It may come to be known. Garbage in a topic must not fill the memory.
            if (unknown.size() >= MOST_UNKNOWN) {
                unknown.clear();
            }
            unknown.put(id, System.nanoTime());
            schemas.remove(id, question);
        }
        return answer;
    }

    private Supplier<Optional<String>> asking(int id, boolean isDoubtful) {
        long since = System.nanoTime();
        return () -> {
            Optional<String> found = client.schema(id);
            if (found.isEmpty() && isDoubtful && System.nanoTime() - since < doubt.toNanos()) {
                throw new RegistryUnavailableException(
                        "read schema " + id + ": the registry knows no such id so far; it is asked again", null);
            }
            return found;
        };
    }

    /** Why something cannot be read or written now; empty when nothing waits for the registry. */
    public Optional<String> trouble() {
        long now = System.nanoTime();
        // Who still needs the answer asks more often than that.
        return troubles.values().stream()
                .filter(each -> now - each.atNanos() < REMIND.toNanos())
                .map(Trouble::why)
                .findFirst();
    }

    /** One question, asked by one thread at a time until it is answered. */
    private final class Question<T> {
        private final Object key;
        private final Supplier<T> ask;
        private final Backoff backoff = new Backoff(FIRST_WAIT, LONGEST_WAIT, 0.3);
        private volatile @Nullable T known;
        private @Nullable RegistryUnavailableException failure; // guarded by this
        private long notBefore; // guarded by this
        private long toldNanos; // guarded by this

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
            if (before != null && System.nanoTime() - notBefore < 0) {
                throw new RegistryUnavailableException(String.valueOf(before.getMessage()), before);
            }
            try {
                answer = ask.get();
            } catch (RegistryUnavailableException e) {
                failed(e);
                throw e;
            }
            known = answer;
            troubles.remove(key);
            if (before != null) {
                log.info("the schema registry answers again: after=\"{}\"", before.getMessage());
            }
            return answer;
        }

        private void failed(RegistryUnavailableException cause) {
            long now = System.nanoTime();
            if (failure == null || now - toldNanos >= REMIND.toNanos()) {
                toldNanos = now;
                log.warn("held until the schema registry answers, tried again: cause={}", cause.getMessage());
            }
            failure = cause;
            notBefore = now + backoff.next().toNanos();
            troubles.put(key, new Trouble(String.valueOf(cause.getMessage()), now));
        }
    }
}
