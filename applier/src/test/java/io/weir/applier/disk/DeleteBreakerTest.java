package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.posix.ErrnoException;
import io.weir.schemas.RelPath;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class DeleteBreakerTest {
    private long nanos = Duration.ofDays(3).toNanos();
    private long entries = 1_000_000;
    private int counted;
    private final DeleteBreaker breaker = new DeleteBreaker(DeleteBreaker.Limits.DEFAULTS, () -> nanos);

    private boolean passes(long count) throws ErrnoException {
        boolean passed = breaker.ask(count, () -> {
                    counted++;
                    return entries;
                })
                .isEmpty();
        if (passed) {
            entries -= count;
            breaker.done(count);
        }
        return passed;
    }

    @Test
    void countWithinAnHourIsLimited() throws ErrnoException {
        assertThat(passes(60_000)).isTrue();
        assertThat(passes(40_001)).isFalse();
        assertThat(passes(40_000)).as("what was stopped is not counted").isTrue();
        assertThat(passes(1)).isFalse();
        nanos += Duration.ofMinutes(59).toNanos();
        assertThat(passes(1)).isFalse();
        nanos += Duration.ofMinutes(2).toNanos();
        assertThat(passes(100_000)).isTrue();
    }

    @Test
    void oneCallIsStoppedAsAWhole() throws ErrnoException {
        assertThat(passes(100_001)).isFalse();
        assertThat(passes(0)).isTrue();
    }

    @Test
    void shareOfWhatWasThereIsLimitedAboveTheFloor() throws ErrnoException {
        entries = 5_000;
        assertThat(passes(250)).isTrue();
        assertThat(counted).as("a small number needs no count").isZero();
        assertThat(passes(2_250)).isTrue();
        assertThat(passes(1)).as("2,501 of 5,000").isFalse();
        assertThat(counted).as("once before, and once more to be sure").isEqualTo(2);
    }

    @Test
    void treeInWhichFilesComeAndGoIsNotHeld() throws ErrnoException {
        entries = 3_000;
        for (int i = 0; i < 60; i++) {
            assertThat(passes(1_000)).as("delete %s", i).isTrue();
            entries += 1_000;
            nanos += Duration.ofSeconds(30).toNanos();
        }
        assertThat(passes(1_501)).as("and still not everything may go").isFalse();
    }

    @Test
    void smallReplicaMayLoseEverything() throws ErrnoException {
        entries = 900;
        assertThat(passes(900)).isTrue();
    }

    @Test
    void replicaThatGrewIsCountedAgain() throws ErrnoException {
        entries = 3_000;
        assertThat(passes(1_501)).isFalse();
        entries = 10_000;
        nanos += Duration.ofMinutes(11).toNanos();
        assertThat(passes(1_501)).isTrue();
    }

    @Test
    void limitsCanBeSwitchedOff() throws ErrnoException {
        DeleteBreaker off = new DeleteBreaker(new DeleteBreaker.Limits(0, 1, 0), () -> nanos);
        assertThat(off.ask(10_000_000, () -> 1)).isEmpty();
    }

    @Test
    void whatAPersonAllowedIsNotMeasuredAgain() throws ErrnoException {
        entries = 5_000;
        assertThat(passes(3_000)).isFalse();
        entries -= 3_000;
        breaker.approvedDeleted(3_000);
        nanos += Duration.ofMinutes(5).toNanos();

        assertThat(passes(300)).isTrue();
        assertThat(passes(801)).as("1,101 of the 2,000 that were left").isFalse();
    }

    @Test
    void whatWasAddedAndDeletedByAPersonDoesNotHideTheRest() throws ErrnoException {
        entries = 5_000;
        assertThat(passes(300)).isTrue();
        // 20,000 came, and 18,000 of them went as a person said.
        entries += 2_000;
        breaker.approvedDeleted(18_000);

        assertThat(passes(3_351)).as("half of 6,700, and one").isFalse();
        assertThat(passes(3_350)).isTrue();
    }

    @Test
    void approvalHoldsForThePathAndBelowUntilItWasMadeUseOf() {
        RelPath d = RelPath.of("d");
        breaker.approve(d);
        long before = breaker.approvals();
        breaker.approve(RelPath.of("e/f"));

        assertThat(breaker.isApproved(d)).isTrue();
        assertThat(breaker.isApproved(RelPath.of("d/x"))).isTrue();
        assertThat(breaker.isApproved(RelPath.of("dx"))).isFalse();
        breaker.settled(RelPath.of("d/x"), true, before);
        assertThat(breaker.isApproved(d)).isTrue();
        breaker.settled(RelPath.ROOT, true, before);
        assertThat(breaker.isApproved(d)).isFalse();
        assertThat(breaker.isApproved(RelPath.of("e/f")))
                .as("approved after the call began")
                .isTrue();
    }

    @Test
    void whatAnotherLaneIsStillDeletingIsNoPartOfACensus() throws ErrnoException {
        entries = 5_000;
        // Granted, and nothing of it deleted yet.
        assertThat(breaker.ask(240, () -> entries)).isEmpty();
        assertThat(breaker.ask(2_260, () -> entries)).isEmpty();
        assertThat(breaker.ask(1, () -> entries))
                .as("2,501 of 5,000, of which 2,500 are still there")
                .isPresent();

        breaker.done(2_500);
        entries = 2_500;
        nanos += Duration.ofMinutes(61).toNanos();
        assertThat(breaker.ask(1_250, () -> entries))
                .as("half of what is there an hour later")
                .isEmpty();
    }

    @Test
    void approvingDoesNotWaitForACensus() throws Exception {
        Thread person = new Thread(() -> breaker.approve(RelPath.of("d")));
        entries = 10_000;
        assertThat(breaker.ask(1_000, () -> {
                    person.start();
                    try {
                        person.join(Duration.ofSeconds(60).toMillis());
                    } catch (InterruptedException e) {
                        throw new AssertionError(e);
                    }
                    return entries;
                }))
                .isEmpty();

        assertThat(breaker.approvals()).isEqualTo(1);
        assertThat(person.isAlive()).isFalse();
    }
}
