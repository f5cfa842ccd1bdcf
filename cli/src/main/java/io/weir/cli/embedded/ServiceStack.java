package io.weir.cli.embedded;

import io.weir.service.Service;
import io.weir.service.ServiceHost;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Services of one process that are made one after the other, as each needs the address of one before, and closed in reverse. Used by
 * one thread at a time.
 */
public final class ServiceStack implements AutoCloseable {
    private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(40);

    private final Deque<Service> started = new ArrayDeque<>();

    /** Starts a service. */
    public void run(Service service) {
        push(service).start();
    }

    /** Notes a service that the caller starts. */
    public ServiceHost push(Service service) {
        ServiceHost host = new ServiceHost(service.name(), List.of(service), CLOSE_DEADLINE);
        started.push(host);
        return host;
    }

    /** Closes the last first, and all of them whatever fails; throws the first failure with the others in it. */
    @Override
    public void close() {
        RuntimeException failure = null;
        while (!started.isEmpty()) {
            try {
                started.pop().close();
            } catch (RuntimeException e) {
                if (failure == null) {
                    failure = e;
                } else {
                    failure.addSuppressed(e);
                }
            }
        }
        if (failure != null) {
            throw failure;
        }
    }
}
