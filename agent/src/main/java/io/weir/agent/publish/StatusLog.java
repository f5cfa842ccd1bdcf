package io.weir.agent.publish;

import io.weir.schemas.Status;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/** The status topic, as an agent sees it. Thread-safe. */
public interface StatusLog {
    /**
     * Appends a record; the answer is its offset. May block for a few seconds while Kafka is away.
     *
     * @param key see {@link io.weir.schemas.StatusKey}
     * @param status null for a tombstone
     */
    CompletableFuture<Long> append(String key, @Nullable Status status);
}
