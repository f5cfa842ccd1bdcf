package io.weir.applier.consume;

import io.weir.schemas.Desired;
import io.weir.schemas.RelPath;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Whether one source of a replica rests, and why: somebody wants it to, or it is in one of the replica's windows. Judged anew when
 * it is told something, and by {@link #look}. Guarded by the lock of {@link Replication}.
 */
public final class Pause {
    private static final String WANTED = "paused by ";
    private static final String BY_THE_CLOCK = WANTED + "the clock, ";

    private PauseWindows windows = PauseWindows.NONE;
    private @Nullable Desired wanted;
    private String reason = "";

    Pause() {}

    /** Whether what an applier says in its status tells of a pause that somebody wants: one by the clock ends by itself. */
    public static boolean isWanted(@Nullable String message) {
        return message != null && message.startsWith(WANTED) && !message.startsWith(BY_THE_CLOCK);
    }

    void windows(PauseWindows others, Instant now) {
        windows = others;
        look(now);
    }

    /** What is wanted from now on; null for nothing. */
    void want(@Nullable Desired other, Instant now) {
        wanted = other;
        look(now);
    }

    /** Judges by the clock. */
    void look(Instant now) {
        Desired who = wanted;
        if (who != null && who.getPaused()) {
            String why = who.getReason();
            reason = WANTED + (who.getBy().isEmpty() ? "somebody" : RelPath.display(who.getBy())) + " since "
                    + who.getAt().truncatedTo(ChronoUnit.SECONDS) + (why.isEmpty() ? "" : ": " + RelPath.display(why))
                    + "; `weir resume " + who.getReplica() + " --source " + who.getSource() + "` lets it go on";
        } else {
            reason = windows.at(now)
                    .map(window -> BY_THE_CLOCK + "in the window " + window + " of pause.windows")
                    .orElse("");
        }
    }

    boolean isOn() {
        return !reason.isEmpty();
    }

    /** Who, since when and why; empty when it does not rest. */
    String reason() {
        return reason;
    }
}
