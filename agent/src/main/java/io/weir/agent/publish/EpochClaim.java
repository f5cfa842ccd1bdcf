package io.weir.agent.publish;

import io.weir.agent.root.StateFile;
import io.weir.schemas.Status;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;

/**
 * Allocates the epochs of one source through Kafka.
 *
 * <p>A claim is a status record. The status topic has one partition, so the offsets of acknowledged claims only grow, for
 * all agents together: the epoch is the offset plus one, and what an older life of the agent still sends is known to be
 * old. The state file guards against a topic that was made anew. Confined to the publisher's thread.
 */
final class EpochClaim {
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    private final StatusLog statusLog;
    private final Supplier<Status> claim;
    private final StateFile state;

    /** Claims by appending the record that {@code claim} makes. */
    EpochClaim(StatusLog statusLog, Supplier<Status> claim, StateFile state) {
        this.statusLog = statusLog;
        this.claim = claim;
        this.state = state;
    }

    /**
     * A new epoch, larger than all before; it is in the state file when this returns.
     *
     * @throws IOException when Kafka did not acknowledge the claim, or the state file cannot be written
     */
    long claim() throws IOException, InterruptedException {
        try {
            long offset = statusLog.append(claim.get()).get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return state.update(known -> known.withEpoch(Math.max(offset, known.epoch()) + 1))
                    .epoch();
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException("claim an epoch through the status topic: " + cause.getMessage(), cause);
        } catch (TimeoutException e) {
            throw new IOException("claim an epoch through the status topic: no answer within " + PATIENCE, e);
        }
    }
}
