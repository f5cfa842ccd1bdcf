package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.RelPath;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Entries of one source for one call of the reconciler, disjoint from those of every other job under way. The sets are
 * the backlog's and guarded with it; the entries are immutable.
 */
final class Job {
    private final List<Entry> entries;
    private final List<Span> spans;
    private final long capturedAtMicros;
    private final long givenOutNanos;
    private final @Nullable String baseline;
    private final Set<RelPath> reserved = new HashSet<>();
    private final Set<Entry.LinkId> links = new HashSet<>();

    /** A job of these entries, given out at that time of the monotonic clock. */
    Job(List<Entry> entries, long givenOutNanos) {
        this.entries = List.copyOf(entries);
        this.givenOutNanos = givenOutNanos;
        List<Span> all = List.of();
        long oldest = Long.MAX_VALUE;
        for (Entry entry : entries) {
            all = Span.merge(all, entry.spans());
            oldest = Math.min(oldest, entry.capturedAtMicros());
            reserved.add(entry.path());
            RelPath from = entry.target().movedFrom();
            if (from != null) {
                reserved.add(from);
            }
            Entry.LinkId link = entry.link();
            if (link != null) {
                links.add(link);
            }
        }
        spans = all;
        baseline = entries.stream()
                .map(Entry::reason)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(null);
        capturedAtMicros = oldest;
    }

    List<Entry> entries() {
        return entries;
    }

    List<Target> targets() {
        return entries.stream().map(Entry::target).toList();
    }

    /** Everything the entries stand for together. */
    List<Span> spans() {
        return spans;
    }

    long capturedAtMicros() {
        return capturedAtMicros;
    }

    /** When it was given out, by the monotonic clock. */
    long givenOutNanos() {
        return givenOutNanos;
    }

    /** Why this makes whole directories equal; null when it is about ordinary changes. */
    @Nullable
    String baseline() {
        return baseline;
    }

    /** The paths no other job may touch, at, above or below: those of the entries, and where they were moved from. */
    Set<RelPath> reserved() {
        return reserved;
    }

    Set<Entry.LinkId> links() {
        return links;
    }
}
