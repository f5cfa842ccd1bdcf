package io.weir.aggregator;

import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;

/**
 * When what is pending may go: pure functions of times in milliseconds on the aggregator's clock.
 *
 * <p>A batch goes as soon as something is ready and the source's last batch is a window old. So a change to an idle source
 * goes at once (the leading edge), and a burst is cut into batches a window apart. The window grows from
 * {@code window.quiet} to {@code window.max} while batches are big, so that rsync runs stay few.
 */
final class FlushPolicy {
    /** A batch of so many paths doubles the window, one of a quarter of it halves it: about what one rsync run is worth. */
    static final int BIG_BATCH = 100;

    private final AggregatorSettings settings;
    private final PathRules temporaryNames;

    FlushPolicy(AggregatorSettings settings) {
        this.settings = settings;
        this.temporaryNames = PathRules.of(settings.temporaryNames());
    }

    /** Whether the name looks like one that will be renamed or deleted soon. */
    boolean isTemporary(RelPath path) {
        return !path.isRoot() && temporaryNames.matchesName(path.name());
    }

    /**
     * From when on an entry may go by itself; {@link Long#MIN_VALUE} for at once.
     *
     * @param isAlone other names of its inode are not pending yet: an agent sends them right behind, and a replica that pulls
     *     one name alone breaks the link. They may also lie outside of the source, so the wait is a window.
     */
    long readyAt(RelPath path, Pending pending, boolean isAlone) {
        long at = Long.MIN_VALUE;
        if (pending.isWriting()) {
            at = Math.min(
                    pending.lastAtMillis() + settings.settle().toMillis(),
                    pending.firstAtMillis() + settings.settleMax().toMillis());
        }
        if (isAlone) {
            long window = pending.lastAtMillis() + settings.windowMax().toMillis();
            at = Math.max(
                    at,
                    Math.min(
                            window,
                            pending.firstAtMillis() + settings.settleMax().toMillis()));
        }
        if (isTemporary(path)) {
            // Gone or complete makes no difference: what a temporary name was renamed to goes at once by its own entry.
            at = Math.max(at, pending.firstAtMillis() + settings.tempGrace().toMillis());
        }
        return at;
    }

    /** Whether a batch may go now. */
    boolean mayFlush(long nowMillis, long lastFlushMillis, long windowMillis, int readyPaths) {
        return readyPaths > 0
                && (nowMillis - lastFlushMillis >= windowMillis || readyPaths >= settings.batchMaxPaths());
    }

    /** Whether so much is pending that everything goes, whatever it waits for. */
    boolean isFull(int pendingPaths) {
        return pendingPaths >= settings.pendingMaxPaths();
    }

    /** The window of a source that has sent nothing yet. */
    long firstWindow() {
        return settings.windowQuiet().toMillis();
    }

    /** The window after a batch of so many paths. */
    long nextWindow(long windowMillis, int paths) {
        if (paths >= BIG_BATCH) {
            return Math.min(settings.windowMax().toMillis(), Math.max(1, windowMillis * 2));
        }
        if (paths <= BIG_BATCH / 4) {
            return Math.max(settings.windowQuiet().toMillis(), windowMillis / 2);
        }
        return windowMillis;
    }
}
