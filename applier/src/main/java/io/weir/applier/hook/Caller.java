package io.weir.applier.hook;

import java.util.Optional;

/** One try of one call. Used by one thread. */
interface Caller extends AutoCloseable {
    /**
     * Makes the call and waits for its end.
     *
     * @return why it failed, for people; empty when it succeeded
     * @throws InterruptedException when the thread was interrupted; the call is ended
     */
    Optional<String> call(byte[] json) throws InterruptedException;

    @Override
    default void close() {}
}
