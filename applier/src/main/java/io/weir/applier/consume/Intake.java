package io.weir.applier.consume;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.weir.schemas.DeadLetterKind;
import java.nio.ByteBuffer;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts what comes in and must not be applied, or did not come in at all: refused paths by why, records that cannot be read, and
 * holes in the numbers of batches. Guarded by the lock of {@link Replication}.
 */
final class Intake {
    private static final Logger log = LoggerFactory.getLogger(Intake.class);

    /** Why a path is refused. */
    enum Why {
        EMPTY,
        ABSOLUTE,
        PARENT,
        DOT,
        NUL,
        OWN;

        /** Of a path that is none; what is not one of the others is Weir's own. */
        static Why of(ByteBuffer path) {
            if (!path.hasRemaining()) {
                return EMPTY;
            }
            byte[] bytes = new byte[path.remaining()];
            path.duplicate().get(bytes);
            if (bytes[0] == '/') {
                return ABSOLUTE;
            }
            boolean dot = false;
            int start = 0;
            for (int i = 0; i <= bytes.length; i++) {
                if (i < bytes.length && bytes[i] == 0) {
                    return NUL;
                }
                if (i == bytes.length || bytes[i] == '/') {
                    if (i - start == 2 && bytes[start] == '.' && bytes[start + 1] == '.') {
                        return PARENT;
                    }
                    dot |= i == start || (i - start == 1 && bytes[start] == '.');
                    start = i + 1;
                }
            }
            return dot ? DOT : OWN;
        }
    }

    private final String replica;
    private final MeterRegistry metrics;
    private final Counter undecodable;
    private final Sequences sequences = new Sequences();

    /** All counters are there from the start, so that the first refusal shows as a step. */
    Intake(String replica, Collection<String> sources, MeterRegistry metrics) {
        this.replica = replica;
        this.metrics = metrics;
        undecodable = Counter.builder("weir.applier.undecodable")
                .description("Records of weir.batches that could not be read")
                .tag("replica", replica)
                .register(metrics);
        for (String source : sources) {
            gaps(source);
            List.of(Why.values()).forEach(why -> refused(source, why));
        }
    }

    private Counter refused(String source, Why why) {
        return Counter.builder("weir.applier.refused")
                .description("Paths in batches that may not be applied")
                .tags("replica", replica, "source", source, "why", why.name().toLowerCase(Locale.ROOT))
                .register(metrics);
    }

    private Counter gaps(String source) {
        return Counter.builder("weir.applier.gaps")
                .description("Holes in the numbers of batches")
                .tags("replica", replica, "source", source)
                .register(metrics);
    }

    /** Counts what is refused; a record that cannot be read has a number nobody knows. */
    void count(String source, Reading.Refusal refusal) {
        if (refusal.kind() == DeadLetterKind.UNDECODABLE) {
            undecodable.increment();
            sequences.forget(source);
        } else {
            refused(source, Why.of(refusal.path())).increment();
        }
    }

    /** What is missing before this record, for people; null when nothing is. */
    @Nullable
    String missing(Reading reading) {
        String missing = sequences.judge(reading.source(), reading.sequence());
        if (missing != null) {
            gaps(reading.source()).increment();
            log.warn(
                    "gap, a baseline follows: source={} replica={} partition={} offset={} cause={}",
                    reading.source(),
                    replica,
                    reading.partition(),
                    reading.offset(),
                    missing);
        }
        return missing;
    }

    /** Reading begins somewhere else, with a baseline where that is needed. */
    void startOver() {
        sequences.clear();
    }
}
