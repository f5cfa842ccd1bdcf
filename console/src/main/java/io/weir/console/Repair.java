package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.Verification;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * That what a verification gave to be made equal was worked off. No record says so; it follows from the applier's state, which tells
 * how old the oldest path is that waits or is under way: what was given is not older than the verification's answer. Immutable.
 *
 * @param at as of when
 * @param failed how many paths of it became dead letters or are held
 */
record Repair(Instant at, long failed) {
    /** How long after the end dead letters are looked for: one may be read later than the state. */
    private static final Duration LATE = Duration.ofMinutes(1);

    /**
     * How a repair ended.
     *
     * @param answer of a verification
     * @param before what was known of it; a failure stays one when its dead letter goes
     * @param applier what an applier says
     * @param letters that stand
     * @return empty while it goes on, and where there is nothing to repair
     */
    static Optional<Repair> of(Result answer, @Nullable Repair before, Status applier, Collection<DeadLetter> letters) {
        Verification found = answer.getVerification();
        if (found == null
                || found.getRepaired() == 0
                || !answer.getSource().equals(applier.getSource())
                || !answer.getReplica().equals(applier.getReplica())) {
            return Optional.ofNullable(before);
        }
        if (before != null) {
            return Optional.of(
                    applier.getAt().isAfter(before.at.plus(LATE))
                            ? before
                            : new Repair(
                                    before.at, Math.max(before.failed, failed(answer, found, before.at, letters))));
        }
        Instant given = answer.getFinishedAt();
        Instant oldest = applier.getOldestPendingAt();
        return applier.getAt().isAfter(given) && (oldest == null || oldest.isAfter(given))
                ? Optional.of(new Repair(applier.getAt(), failed(answer, found, applier.getAt(), letters)))
                : Optional.empty();
    }

    private static long failed(Result answer, Verification found, Instant end, Collection<DeadLetter> letters) {
        Places drift = Places.of(found);
        return letters.stream()
                .filter(each -> answer.getSource().equals(each.getSource()))
                .filter(each -> answer.getReplica().equals(each.getReplica()))
                .filter(each -> !each.getLastFailedAt().isBefore(answer.getFinishedAt()))
                .filter(each -> !each.getFirstFailedAt().isAfter(end))
                .filter(each -> drift.concern(each.getPath()))
                .count();
    }

    /** The paths that differed, as far as they are listed, and all directories above them. */
    private record Places(Set<RelPath> drift, Set<RelPath> above) {
        static Places of(Verification found) {
            Set<RelPath> drift = new HashSet<>();
            Set<RelPath> above = new HashSet<>();
            found.getDrift()
                    .forEach(each -> path(each.getPath()).ifPresent(path -> {
                        drift.add(path);
                        above.addAll(path.ancestors());
                    }));
            return new Places(drift, above);
        }

        /** Whether this is one of them, above one or below one. */
        boolean concern(ByteBuffer field) {
            return path(field)
                    .filter(path -> drift.contains(path)
                            || above.contains(path)
                            || path.ancestors().stream().anyMatch(drift::contains))
                    .isPresent();
        }

        /** Empty for a path that no applier may apply. */
        private static Optional<RelPath> path(ByteBuffer field) {
            try {
                return Optional.of(RelPath.of(field));
            } catch (IllegalArgumentException e) {
                return Optional.empty();
            }
        }
    }
}
