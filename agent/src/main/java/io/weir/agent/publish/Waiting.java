package io.weir.agent.publish;

import io.weir.schemas.Micros;
import java.time.temporal.ChronoUnit;

/** Says what waits for Kafka, for people. */
final class Waiting {
    private Waiting() {}

    /**
     * In a few words.
     *
     * @param paths how many
     * @param oldestMicros capture time of the oldest, or {@link Long#MAX_VALUE}
     */
    static String text(long paths, long oldestMicros) {
        return paths == 0 || oldestMicros == Long.MAX_VALUE
                ? "nothing waits to be published"
                : paths + " paths wait to be published, the oldest since "
                        + Micros.toInstant(oldestMicros).truncatedTo(ChronoUnit.SECONDS);
    }
}
