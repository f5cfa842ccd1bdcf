package io.weir.agent.scan;

import java.util.List;

/**
 * Notes what is published, so that a later life knows. Whatever is noted and not acknowledged there counts as uncertain and
 * is published again.
 */
public interface PublishedLog {
    /**
     * Notes changes that are about to be sent; to be called before any of them is. When it returns, the note outlives this
     * process (a power cut is answered by the tail of the history). For one thread.
     *
     * @return the number of the first; those of the others follow
     */
    long intend(List<Published> changes);

    /** Kafka has the change of this number. Does not block; any thread. */
    void acknowledged(long number);
}
