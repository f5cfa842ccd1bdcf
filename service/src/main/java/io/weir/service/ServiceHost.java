package io.weir.service;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Starts services in order and closes them in reverse. When a start fails, what was started (and the one that failed) is
 * closed before the failure is thrown. Each service has the deadline to close; one that misses it is left behind with a
 * warning, so that the others still get their turn. A host is a service itself. Thread-safe.
 */
public final class ServiceHost implements Service {
    private static final Logger log = LoggerFactory.getLogger(ServiceHost.class);

    private final String name;
    private final List<Service> services;
    private final Duration closeDeadline;
    private final Deque<Service> started = new ArrayDeque<>();
    private boolean closed;

    /** A host of services in the order of their start; the deadline is for the close of each. */
    public ServiceHost(String name, List<? extends Service> services, Duration closeDeadline) {
        this.name = name;
        this.services = List.copyOf(services);
        this.closeDeadline = closeDeadline;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public synchronized void start() {
        for (Service service : services) {
            if (closed) {
                throw new IllegalStateException("start " + name + ": it was closed; make a new one");
            }
            long begin = System.nanoTime();
            started.push(service);
            try {
                service.start();
            } catch (RuntimeException | Error failure) {
                log.error("service failed to start: service={} cause={}", service.name(), failure.toString());
                closeAfter(failure);
                throw failure;
            }
            log.info("service started: service={} millis={}", service.name(), millisSince(begin));
        }
    }

    private void closeAfter(Throwable failure) {
        try {
            close();
        } catch (RuntimeException second) {
            failure.addSuppressed(second);
        }
    }

    /**
     * Closes what was started, the last first.
     *
     * @throws WeirException at the end, holding the failures of all services that could not be closed
     */
    @Override
    public synchronized void close() {
        closed = true;
        WeirException failed = null;
        while (!started.isEmpty()) {
            Service service = started.pop();
            long begin = System.nanoTime();
            Throwable failure = closeWithin(service);
            if (failure == null) {
                log.info("service closed: service={} millis={}", service.name(), millisSince(begin));
            } else {
                log.error("service failed to close: service={}", service.name(), failure);
                if (failed == null) {
                    failed = new WeirException(
                            ExitCode.FAILURE, "close " + name + ": " + service.name() + " failed: " + failure);
                }
                failed.addSuppressed(failure);
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    private @Nullable Throwable closeWithin(Service service) {
        FutureTask<Void> closing = new FutureTask<>(service::close, null);
        Thread thread = new Thread(closing, "close-" + service.name());
        thread.setDaemon(true);
        thread.start();
        boolean interrupted = false;
        long end = System.nanoTime() + closeDeadline.toNanos();
        try {
            while (true) {
                try {
                    closing.get(Math.max(0, end - System.nanoTime()), TimeUnit.NANOSECONDS);
                    return null;
                } catch (InterruptedException e) {
                    // A close goes on to its deadline: leaving half of it would lose positions.
                    interrupted = true;
                } catch (ExecutionException e) {
                    return e.getCause() == null ? e : e.getCause();
                } catch (TimeoutException e) {
                    TimeoutException where = new TimeoutException("not closed within " + closeDeadline);
                    where.setStackTrace(thread.getStackTrace());
                    return where;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static long millisSince(long begin) {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
    }
}
