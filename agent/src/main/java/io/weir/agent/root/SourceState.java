package io.weir.agent.root;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * What an agent remembers of a source between its lives.
 *
 * @param uuid the identity in the root's marker; null before the very first start
 * @param epoch the last epoch that was claimed; 0 before the first
 * @param lives the life of the agent that claimed it, and those begun since, as status records name them
 * @param boot the start of the machine in which the last life was, as the kernel names it; empty when not known
 * @param debt what is to be published again
 */
public record SourceState(@Nullable UUID uuid, long epoch, List<String> lives, String boot, Debt debt) {
    /** Nothing is known: the source was never started with this state directory. */
    public static final SourceState NONE = new SourceState(null, 0, List.of(), "", Debt.NONE);

    private static final int MOST_LIVES = 100;

    /** Copies the list. */
    public SourceState {
        lives = List.copyOf(lives);
    }

    /**
     * The same with another epoch.
     *
     * @param life that of the agent that claimed it
     * @param afterRival whether another agent published changes of the source since the epoch before
     */
    public SourceState claimed(long claimed, String life, boolean afterRival) {
        Debt owed = afterRival ? debt.afterRival(claimed) : debt;
        return new SourceState(uuid, claimed, List.of(life), boot, owed);
    }

    /**
     * The same at the beginning of a life: with this identity and in this start of the machine.
     *
     * @param life this one
     * @param inBoot the start of the machine; empty when not known, which counts as another one
     * @param notedMillis when it was noted last what is published; none when never
     */
    public SourceState begun(UUID identity, String life, String inBoot, OptionalLong notedMillis) {
        boolean rebooted = inBoot.isEmpty() || !inBoot.equals(boot);
        return new SourceState(identity, epoch, with(life), inBoot, rebooted ? debt.since(notedMillis) : debt);
    }

    private List<String> with(String life) {
        List<String> more = new ArrayList<>(lives);
        more.remove(life);
        more.add(life);
        return more.subList(Math.max(0, more.size() - MOST_LIVES), more.size());
    }

    /** The same without this debt, unless there is another one by now. */
    public SourceState settled(Debt published) {
        return debt.equals(published) ? new SourceState(uuid, epoch, lives, boot, Debt.NONE) : this;
    }
}
