package io.weir.agent.root;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent remembers of a source between its lives.
 *
 * @param uuid the identity in the root's marker; null before the very first start
 * @param epoch the last epoch that was claimed; 0 before the first
 * @param clean whether the last life ended with everything acknowledged by Kafka
 */
public record SourceState(@Nullable UUID uuid, long epoch, boolean clean) {
    /** Nothing is known: the source was never started with this state directory. */
    public static final SourceState NONE = new SourceState(null, 0, false);

    /** The same with another epoch. */
    public SourceState withEpoch(long claimed) {
        return new SourceState(uuid, claimed, clean);
    }

    /** The same with another identity. */
    public SourceState withUuid(UUID identity) {
        return new SourceState(identity, epoch, clean);
    }

    /** The same, ended in order or not. */
    public SourceState withClean(boolean ended) {
        return new SourceState(uuid, epoch, ended);
    }
}
