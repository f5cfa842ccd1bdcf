package io.weir.agent.publish;

import io.weir.agent.root.SourceState;
import io.weir.agent.root.StateFile;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import io.weir.service.Refusal;
import java.io.IOException;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Supplier;
import org.apache.kafka.common.acl.AclOperation;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Allocates the epochs of one source through Kafka.
 *
 * <p>A claim is a status record under a key of its own ({@link StatusKey#claim}), so that no compaction takes it away
 * before other agents of the source have seen it; the claims of an agent's former lives are buried by its next one. The
 * status topic has one partition, so the offsets of acknowledged claims only grow, for all agents together: the epoch is
 * the offset plus one, and what an older life of the agent still sends is known to be old. The state file guards against a
 * topic that was made anew.
 *
 * <p>When another agent served the source since the last claim, what it published is not in this one's inventory: the
 * rescan that makes up for it is owed together with the new epoch. Confined to the publisher's thread.
 */
final class EpochClaim {
    private static final Logger log = LoggerFactory.getLogger(EpochClaim.class);
    private static final Duration PATIENCE = Duration.ofSeconds(20);

    /** In these an agent has no epoch and does not ask for one. */
    private static final Set<ComponentState> IDLE = EnumSet.of(
            ComponentState.UNAVAILABLE,
            ComponentState.FAILED,
            ComponentState.STOPPED,
            ComponentState.PAUSED,
            ComponentState.HELD);

    private final StatusLog statusLog;
    private final Supplier<Status> claim;
    private final StateFile state;
    private final Rivals rivals;
    private final Succession succession;

    /** Claims by appending the record that {@code claim} makes. */
    EpochClaim(StatusLog statusLog, Supplier<Status> claim, StateFile state, Rivals rivals, Succession succession) {
        this.statusLog = statusLog;
        this.claim = claim;
        this.state = state;
        this.rivals = rivals;
        this.succession = succession;
    }

    /**
     * A new epoch, larger than all before; it is in the state file when this returns.
     *
     * @throws IOException when Kafka did not acknowledge the claim, or the state file cannot be written
     * @throws SucceededException when a replica was promoted in the place of this tree: nothing is claimed, as the claim alone would
     *     end the agent that serves the source
     */
    long claim() throws IOException, InterruptedException, SucceededException {
        refuseSucceeded();
        try {
            Status mine = claim.get();
            long offset = statusLog
                    .append(StatusKey.claim(mine.getComponent(), mine.getInstance()), mine)
                    .get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            SourceState before = state.state();
            String rival = rival(offset, mine.getInstance(), before);
            long epoch = state.update(known ->
                            known.claimed(Math.max(offset, known.epoch()) + 1, mine.getInstance(), rival != null))
                    .epoch();
            bury(before.lives(), mine);
            return epoch;
        } catch (ExecutionException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new IOException(
                    "claim an epoch through the status topic: " + Refusal.explain(cause, AclOperation.WRITE), cause);
        } catch (TimeoutException e) {
            throw new IOException("claim an epoch through the status topic: no answer within " + PATIENCE, e);
        }
    }

    /** The newest claim tells all that the older ones of the same agent did. One that stays behind does no harm. */
    private void bury(List<String> lives, Status mine) {
        for (String life : lives) {
            if (!life.equals(mine.getInstance())) {
                CompletableFuture<Long> buried = statusLog.append(StatusKey.claim(mine.getComponent(), life), null);
                if (buried.isCompletedExceptionally()) {
                    return;
                }
            }
        }
    }

    private void refuseSucceeded() throws IOException, InterruptedException, SucceededException {
        Desired newest = succession.newest();
        String mine = String.valueOf(state.state().uuid());
        if (newest != null && !newest.getPromotion().getTo().equals(mine)) {
            throw new SucceededException(newest, mine);
        }
    }

    private @Nullable String rival(long offset, String self, SourceState known)
            throws IOException, InterruptedException {
        if (known.epoch() == 0) {
            // There is no inventory that could lack something.
            return null;
        }
        // The last epoch is the offset behind its claim, unless the topic was made anew.
        long from = known.epoch() <= offset ? known.epoch() : 0;
        String rival = rivals.between(from, offset, seen -> isRival(seen, self, known));
        if (rival != null) {
            log.warn(
                    "another agent served the source since this one's last epoch: component={} epoch={} by=\"{}\"",
                    claim.get().getComponent(),
                    known.epoch(),
                    rival);
        }
        return rival;
    }

    private static boolean isRival(Status seen, String self, SourceState known) {
        if (seen.getInstance().equals(self) || known.lives().contains(seen.getInstance())) {
            return false;
        }
        // It may have published under a claim that no later record of it tells.
        boolean mayHaveClaimed = !known.lives().isEmpty() && !IDLE.contains(seen.getState());
        return seen.getEpoch() > known.epoch() || mayHaveClaimed;
    }
}
