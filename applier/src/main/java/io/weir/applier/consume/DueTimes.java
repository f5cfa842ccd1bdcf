package io.weir.applier.consume;

import io.weir.service.CronSchedule;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** Tells when what is scheduled is due. Without clock; guarded by its owner. */
final class DueTimes {
    private final CronSchedule cron;
    private final ZoneId zone;
    private @Nullable Instant last;
    private Optional<Instant> next = Optional.empty();

    DueTimes(CronSchedule cron, ZoneId zone) {
        this.cron = cron;
        this.zone = zone;
    }

    /**
     * Whether one is due now, once for each time of the schedule; what passed while nobody asked is one.
     *
     * @param isInterrupted whether one was under way before the first question
     */
    boolean isDue(Instant now, BooleanSupplier isInterrupted) {
        boolean isFirst = last == null;
        // Of a clock that was set back the next time is nearer than it was.
        boolean isAnew = last == null || now.isBefore(last);
        boolean isDue = !isAnew && next.isPresent() && !now.isBefore(next.get());
        if (isAnew || isDue) {
            next = cron.next(now, zone);
        }
        last = now;
        return isFirst ? isInterrupted.getAsBoolean() : isDue;
    }
}
