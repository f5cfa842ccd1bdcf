package io.weir.service.registry;

import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.apache.kafka.common.errors.InterruptException;

/**
 * A {@link SchemaRegistry} whose callers wait until it answers: for threads that cannot put aside what they have in hand, such as
 * those of Kafka Streams. Thread-safe; {@link #close} ends all waiting, by an exception.
 */
public final class PatientRegistry implements AutoCloseable {
    private static final long PAUSE_MILLIS = 100;

    private final SchemaRegistry registry;
    private final CountDownLatch closed = new CountDownLatch(1);

    /** Waits for this registry. */
    public PatientRegistry(SchemaRegistry registry) {
        this.registry = registry;
    }

    /**
     * As {@link SchemaRegistry#idOf}, for as long as it takes.
     *
     * @throws RegistryUnavailableException only after {@link #close}
     */
    public int idOf(String subject, String schema) {
        return await(() -> registry.idOf(subject, schema));
    }

    /**
     * As {@link SchemaRegistry#schemaOf}, for as long as it takes.
     *
     * @throws RegistryUnavailableException only after {@link #close}
     */
    public Optional<String> schemaOf(int id) {
        return await(() -> registry.schemaOf(id));
    }

    private <T> T await(Supplier<T> question) {
        while (true) {
            try {
                return question.get();
            } catch (RegistryUnavailableException e) {
                pause(e);
            }
        }
    }

    private void pause(RegistryUnavailableException cause) {
        try {
            if (closed.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS)) {
                throw cause;
            }
        } catch (InterruptedException e) {
            throw new InterruptException("interrupted while the schema registry was waited for", e);
        }
    }

    @Override
    public void close() {
        closed.countDown();
    }
}
