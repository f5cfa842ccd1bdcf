package io.weir.agent.root;

import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent remembers of a source between its lives.
 *
 * @param uuid the identity in the root's marker; null before the very first start
 * @param epoch the last epoch that was claimed; 0 before the first
 * @param clean whether the last life ended with everything acknowledged by Kafka
 * @param boot the start of the machine in which the last life was, as the kernel names it; empty when not known
 */
public record SourceState(@Nullable UUID uuid, long epoch, boolean clean, String boot) {
    /** Nothing is known: the source was never started with this state directory. */
    public static final SourceState NONE = new SourceState(null, 0, false, "");

    /** The same with another epoch. */
    public SourceState withEpoch(long claimed) {
        return new SourceState(uuid, claimed, clean, boot);
    }

    /** The same at the beginning of a life: with this identity, in this start of the machine, and not ended yet. */
    public SourceState begun(UUID identity, String inBoot) {
        return new SourceState(identity, epoch, false, inBoot);
    }

    /** The same, ended in order or not. */
    public SourceState withClean(boolean ended) {
        return new SourceState(uuid, epoch, ended, boot);
    }
}
