package io.weir.applier.consume;

import java.util.ArrayList;
import java.util.List;

/**
 * Offsets of one partition that a piece of work stands for. While the work is not settled, the position of the partition
 * stays at or before {@code first}. Immutable.
 *
 * @param partition of {@code weir.batches}; negative for a baseline, which is no record: it holds back the note that the
 *     baseline is done in the same way as a batch holds back an offset
 * @param first the oldest offset
 * @param last the newest offset, inclusive
 */
public record Span(int partition, long first, long last) {
    /** The pseudo partition of the baseline of the source with this number. */
    static int baselinePartition(int sourceNumber) {
        return -1 - sourceNumber;
    }

    /** The pseudo partition of commands: their topic's offsets wait in the same way. */
    static final int COMMANDS = Integer.MIN_VALUE;

    /** One command. */
    static List<Span> command(long offset) {
        return List.of(new Span(COMMANDS, offset, offset));
    }

    /** One record. */
    static List<Span> of(int partition, long offset) {
        return List.of(new Span(partition, offset, offset));
    }

    /** The baseline of a source. */
    static List<Span> baseline(int sourceNumber) {
        return List.of(new Span(baselinePartition(sourceNumber), 0, 0));
    }

    boolean isBaseline() {
        return partition < 0 && partition != COMMANDS;
    }

    /** Whether these are offsets of {@code weir.batches}. */
    boolean isRecord() {
        return partition >= 0;
    }

    private Span widen(Span other) {
        return new Span(partition, Math.min(first, other.first), Math.max(last, other.last));
    }

    /** Both, with one span for each partition. A source has one partition, so the lists are of one or two. */
    static List<Span> merge(List<Span> a, List<Span> b) {
        if (a.isEmpty() || a.equals(b)) {
            return b;
        }
        List<Span> merged = new ArrayList<>(a);
        for (Span span : b) {
            int at = 0;
            while (at < merged.size() && merged.get(at).partition != span.partition) {
                at++;
            }
            if (at == merged.size()) {
                merged.add(span);
            } else {
                merged.set(at, merged.get(at).widen(span));
            }
        }
        return List.copyOf(merged);
    }
}
