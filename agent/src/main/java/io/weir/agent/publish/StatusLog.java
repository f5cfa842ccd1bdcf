package io.weir.agent.publish;

import io.weir.schemas.Status;
import java.util.concurrent.CompletableFuture;

/** The status topic, as an agent sees it. Thread-safe. */
public interface StatusLog {
    /** Appends a record; the answer is its offset. May block for a few seconds while Kafka is away. */
    CompletableFuture<Long> append(Status status);
}
