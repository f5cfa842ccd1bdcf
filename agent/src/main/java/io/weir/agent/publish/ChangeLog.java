package io.weir.agent.publish;

import io.weir.schemas.Change;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Where the changes of one epoch of one source go, in order. Used by one thread; answers come from any thread.
 *
 * <p>After the first failed answer nothing more is sent to it: its epoch is over.
 */
interface ChangeLog {
    /**
     * Hands over the next record. May block for a bounded time.
     *
     * @param answer called exactly once unless the log is closed first
     */
    void send(Change change, Answer answer) throws InterruptedException;

    /** Gives up everything that is not acknowledged, without waiting for it. */
    void abandon();

    /** What became of a record. */
    @FunctionalInterface
    interface Answer {
        /** The record is durable, or (with a failure) may be lost. Must not block. */
        void answered(@Nullable Throwable failure);
    }

    /** Makes the log of a new epoch. */
    @FunctionalInterface
    interface Factory {
        /**
         * Asks for what records cannot be written without, before an epoch is claimed for them.
         *
         * @throws IOException when it cannot be had now
         */
        default void prepare() throws IOException {}

        /**
         * A fresh log: nothing that an earlier one still has under way can overtake into it.
         *
         * @throws IOException when it cannot be opened now
         */
        ChangeLog open(long epoch) throws IOException;
    }
}
