package io.weir.cli;

import io.weir.schemas.ReplayOrder;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import io.weir.service.ExitCode;
import io.weir.service.Units;
import io.weir.service.WeirException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/** What a person says of a verification or a replay, as it is in a command. */
final class WorkOrders {
    private WorkOrders() {}

    /** How thoroughly a replica is compared. */
    enum Level {
        METADATA,
        SAMPLE,
        CHECKSUM
    }

    /**
     * How a replica is to be compared.
     *
     * @param level null for metadata, or for a sample when there is one
     * @param sample of how many files in a hundred the content is compared; null for one
     * @param bwlimit bytes per second, such as {@code 50MiB}; null for no limit
     * @throws WeirException (USAGE) when the parts do not fit
     */
    static VerifyOrder verify(
            @Nullable Level level, @Nullable Integer sample, @Nullable String bwlimit, boolean isToRepair) {
        Level chosen = level != null ? level : sample == null ? Level.METADATA : Level.SAMPLE;
        int percent = sample == null ? 1 : sample;
        if (sample != null && chosen != Level.SAMPLE) {
            throw new WeirException(ExitCode.USAGE, "sample goes with the level sample, or without a level");
        }
        if (percent < 1 || percent > 100) {
            throw new WeirException(ExitCode.USAGE, "sample " + percent + " is refused: it must be from 1 to 100");
        }
        return VerifyOrder.newBuilder()
                .setLevel(VerifyLevel.valueOf(chosen.name()))
                .setSamplePercent(percent)
                .setSeed(ThreadLocalRandom.current().nextLong())
                .setBytesPerSecond(bytesPerSecond(bwlimit))
                .setRepair(isToRepair)
                .build();
    }

    private static long bytesPerSecond(@Nullable String bwlimit) {
        try {
            return bwlimit == null ? 0 : Units.size(bwlimit);
        } catch (IllegalArgumentException e) {
            throw new WeirException(ExitCode.USAGE, "bwlimit " + bwlimit + " is refused: it " + e.getMessage(), e);
        }
    }

    /**
     * Which part of the history is to be applied again.
     *
     * @param to null for all until now
     * @param glob null for all paths
     * @throws WeirException (USAGE) when it is no time
     */
    static ReplayOrder replay(Instant from, @Nullable Instant to, @Nullable String glob) {
        // Batches have the times of Kafka's records.
        Instant first = from.truncatedTo(ChronoUnit.MILLIS);
        Instant end = to == null ? null : to.truncatedTo(ChronoUnit.MILLIS);
        if (end != null && !first.isBefore(end)) {
            throw new WeirException(
                    ExitCode.USAGE, "the time from " + first + " to " + end + " is refused: it ends before it begins");
        }
        ReplayOrder.Builder order = ReplayOrder.newBuilder().setFrom(first);
        if (end != null) {
            order.setTo(end);
        }
        if (glob != null) {
            order.setGlob(glob);
        }
        return order.build();
    }
}
