package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.ComponentState;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.Drift;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Verification;
import io.weir.schemas.VerifyLevel;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How it is known that what differed has been made equal. */
class RepairTest {
    private static final Instant GIVEN = Instant.parse("2026-01-31T12:00:00Z");
    private static final Instant LATER = GIVEN.plusSeconds(5);

    private static Result answer(long repaired) {
        Drift drift = Drift.newBuilder()
                .setPath(RelPath.of("a/b").toField())
                .setKind(DriftKind.MISSING)
                .build();
        return Result.newBuilder()
                .setKind(ResultKind.COMMAND)
                .setSource("data")
                .setReplica("one")
                .setCapturedAt(GIVEN)
                .setStartedAt(GIVEN)
                .setFinishedAt(GIVEN)
                .setVerification(Verification.newBuilder()
                        .setLevel(VerifyLevel.METADATA)
                        .setMissing(1)
                        .setRepaired(repaired)
                        .setDrift(List.of(drift))
                        .build())
                .build();
    }

    private static Status state(Instant at, @Nullable Instant oldest) {
        return state("one", at, oldest);
    }

    private static Status state(String replica, Instant at, @Nullable Instant oldest) {
        return Status.newBuilder()
                .setComponent("applier/one/data")
                .setRole(Role.APPLIER)
                .setState(ComponentState.RUNNING)
                .setInstance("i")
                .setSource("data")
                .setReplica(replica)
                .setAt(at)
                .setOldestPendingAt(oldest)
                .build();
    }

    private static DeadLetter letter(String path, Instant failedAt) {
        return DeadLetter.newBuilder()
                .setSource("data")
                .setReplica("one")
                .setPath(RelPath.of(path).toField())
                .setKind(DeadLetterKind.FAILED)
                .setReason("refused")
                .setFirstFailedAt(failedAt)
                .setLastFailedAt(failedAt)
                .build();
    }

    @Test
    void itGoesOnWhileAnythingWaitsThatIsAsOld() {
        assertThat(Repair.of(answer(1), null, state(GIVEN, null), List.of()))
                .as("said before it was given")
                .isEmpty();
        assertThat(Repair.of(answer(1), null, state(LATER, GIVEN), List.of())).isEmpty();
        assertThat(Repair.of(answer(1), null, state(LATER, GIVEN.plusMillis(1)), List.of()))
                .as("what came since is no part of it")
                .contains(new Repair(LATER, 0));
    }

    @Test
    void anotherReplicaAndNothingToRepairTellNothing() {
        assertThat(Repair.of(answer(1), null, state("two", LATER, null), List.of()))
                .isEmpty();
        assertThat(Repair.of(answer(0), null, state(LATER, null), List.of())).isEmpty();
    }

    @Test
    void itsFailuresAreDeadLettersOfItsPathsAndTime() {
        List<DeadLetter> letters = List.of(
                letter("a/b", GIVEN.plusSeconds(1)),
                letter("a", GIVEN.plusSeconds(1)),
                letter("a/b/c", GIVEN.plusSeconds(1)),
                letter("other", GIVEN.plusSeconds(1)),
                letter("a/b", GIVEN.minusSeconds(1)),
                letter("a/b", LATER.plusSeconds(1)));

        assertThat(Repair.of(answer(1), null, state(LATER, null), letters)).contains(new Repair(LATER, 3));
    }

    @Test
    void aDeadLetterThatIsReadLateCountsAndOneThatGoesStaysAFailure() {
        Repair ended = new Repair(LATER, 0);
        List<DeadLetter> letters = List.of(letter("a/b", GIVEN.plusSeconds(1)));

        assertThat(Repair.of(answer(1), ended, state(LATER.plusSeconds(5), null), letters))
                .contains(new Repair(LATER, 1));
        assertThat(Repair.of(answer(1), new Repair(LATER, 1), state(LATER.plusSeconds(5), GIVEN), List.of()))
                .contains(new Repair(LATER, 1));
        assertThat(Repair.of(answer(1), ended, state(LATER.plusSeconds(90), null), letters))
                .as("of another failure")
                .contains(ended);
    }
}
