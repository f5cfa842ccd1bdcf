package io.weir.service;

/**
 * A part of a process that runs until closed. {@link #start} is called at most once; {@link #close} is idempotent, may be
 * called without or after a failed start, and returns when the threads and handles of the service are gone.
 */
public interface Service extends AutoCloseable {
    /** A short name for logs and health, such as {@code agent/data}. */
    String name();

    /**
     * Returns when the service does its work.
     *
     * @throws WeirException with what to do, when it cannot
     */
    void start();

    @Override
    void close();
}
