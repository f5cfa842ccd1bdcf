package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.schemas.Verification;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Collection;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/**
 * That what a verification gave to be made equal was worked off. No record says so; it follows from the applier's state, which tells
 * how old the oldest path is that waits or is under way: what was given is not older than the verification's answer. Immutable.
 *
 * @param at as of when
 * @param failed how many paths of it became dead letters or are held
 */
record Repair(Instant at, long failed) {
    /**
     * How a repair ended.
     *
     * @param answer of a verification
     * @param applier what the replica's applier says of the source
     * @param letters that stand
     * @return empty while it goes on, and when there was nothing to repair
     */
    static Optional<Repair> of(Result answer, Status applier, Collection<DeadLetter> letters) {
        Verification found = answer.getVerification();
        Instant given = answer.getFinishedAt();
        if (found == null
                || found.getRepaired() == 0
                || !answer.getSource().equals(applier.getSource())
                || !answer.getReplica().equals(applier.getReplica())
                || !applier.getAt().isAfter(given)) {
            return Optional.empty();
        }
        Instant oldest = applier.getOldestPendingAt();
        if (oldest != null && !oldest.isAfter(given)) {
            return Optional.empty();
        }
        Places drift = Places.of(found);
        long failed = letters.stream()
                .filter(each -> answer.getSource().equals(each.getSource()))
                .filter(each -> answer.getReplica().equals(each.getReplica()))
                .filter(each -> !each.getLastFailedAt().isBefore(given))
                .filter(each -> !each.getFirstFailedAt().isAfter(applier.getAt()))
                .filter(each -> drift.concern(each.getPath()))
                .count();
        return Optional.of(new Repair(applier.getAt(), failed));
    }

    /** The same end, known better: a dead letter may be read later than the state. What was a failure stays one. */
    Repair with(Repair later) {
        return new Repair(at, Math.max(failed, later.failed));
    }

    /** The paths that differed, as far as they are listed, and all directories above them. */
    private record Places(Set<RelPath> drift, Set<RelPath> above) {
        static Places of(Verification found) {
            Set<RelPath> drift = new HashSet<>();
            Set<RelPath> above = new HashSet<>();
            found.getDrift().forEach(each -> {
                RelPath path = RelPath.of(each.getPath());
                drift.add(path);
                above.addAll(path.ancestors());
            });
            return new Places(drift, above);
        }

        /** Whether this is one of them, above one or below one. */
        boolean concern(ByteBuffer field) {
            try {
                RelPath path = RelPath.of(field);
                return drift.contains(path)
                        || above.contains(path)
                        || path.ancestors().stream().anyMatch(drift::contains);
            } catch (IllegalArgumentException e) {
                // Of a record that no applier may apply.
                return false;
            }
        }
    }
}
