package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.Change;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is next to be done to make a replica the source. */
class PromotionStepTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");
    private static final String X = "00000000-0000-0000-0000-00000000000a";
    private static final String Y = "00000000-0000-0000-0000-00000000000b";
    private static final String Z = "00000000-0000-0000-0000-00000000000c";
    private static final Commander.Address ONE = new Commander.Address("one", "data");

    private final Map<String, Desired> records = new HashMap<>();

    @BeforeAll
    static void avroTrustsTheRecords() {
        assertThat(RecordSerde.of(Change.class)).isNotNull();
    }

    private void record(String key, boolean paused, @Nullable Promotion promotion) {
        records.put(
                key,
                Desired.newBuilder()
                        .setSource("data")
                        .setReplica(key.replaceAll(".*/", ""))
                        .setPaused(paused)
                        .setReason("why")
                        .setAt(NOW)
                        .setPromotion(promotion)
                        .build());
    }

    private DesiredRecords desired() {
        return new DesiredRecords(records);
    }

    private static Promotion promotion(String from, String to) {
        return Lineage.next(null, from, to);
    }

    private static Status said(String replica, ComponentState state, String message) {
        return Status.newBuilder()
                .setComponent("applier/" + replica + "/data")
                .setRole(Role.APPLIER)
                .setInstance("test")
                .setSource("data")
                .setReplica(replica)
                .setState(state)
                .setHost("host")
                .setAt(NOW)
                .setMessage(message)
                .build();
    }

    private static Status promoted(String replica, String from, String to) {
        return said(replica, ComponentState.PROMOTED, "is the source: identity " + to + " after " + from);
    }

    private static Status running(String replica) {
        return said(replica, ComponentState.RUNNING, "");
    }

    private PromotionStep next(Status... all) {
        return PromotionStep.next(ONE, desired(), List.of(all), Z);
    }

    private static void assertRefused(ThrowingCallable step, String why) {
        assertThatThrownBy(step)
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                .hasMessageContaining(why);
    }

    @Test
    void anApplierIsAskedOnce() {
        assertThat(next(running("one"))).isEqualTo(new PromotionStep.Ask(promotion("", Z), true));

        record("data/one", false, promotion("", Y));
        assertThat(next(running("one"))).isEqualTo(new PromotionStep.Ask(promotion("", Y), false));
    }

    @Test
    void oneThatHasDoneItIsTheSourceOnceAllAreTold() {
        record("data/one", false, promotion("", Y));
        assertThat(next(promoted("one", X, Y))).isEqualTo(new PromotionStep.Tell(promotion(X, Y)));

        record("data", false, promotion(X, Y));
        assertThat(next(promoted("one", X, Y))).isEqualTo(new PromotionStep.Over(promotion(X, Y)));
        assertThat(next(running("one"))).isEqualTo(new PromotionStep.Over(promotion(X, Y)));
    }

    @Test
    void itsDiskTellsWhenNoRecordDoes() {
        assertThat(next(promoted("one", X, Y))).isEqualTo(new PromotionStep.Tell(promotion(X, Y)));
        assertThat(PromotionStep.isUnderWay(promoted("one", X, Y), desired())).isFalse();

        record("data/one", false, promotion("", Z));
        assertThat(next(promoted("one", X, Y))).isEqualTo(new PromotionStep.Tell(promotion(X, Y)));
        assertThat(PromotionStep.isUnderWay(promoted("one", X, Y), desired())).isFalse();
        assertThat(PromotionStep.isUnderWay(promoted("one", X, Z), desired())).isTrue();
        assertThat(PromotionStep.isUnderWay(running("one"), desired())).isFalse();
    }

    @Test
    void theFormerSourcesAreKept() {
        record("data", false, promotion(X, Y));

        assertThat(next(promoted("one", Y, Z))).isEqualTo(new PromotionStep.Tell(Lineage.next(promotion(X, Y), Y, Z)));
    }

    @Test
    void onePromotedEarlierThanTheSourceIsNeverAsked() {
        record("data", false, Lineage.next(promotion(X, Y), Y, Z));
        record("data/one", false, promotion("", Y));

        assertRefused(() -> next(promoted("one", X, Y)), "weir demote");

        records.clear();
        assertRefused(() -> next(promoted("one", X, Y), promoted("two", Y, Z)), "replica two was promoted after it");
    }

    @Test
    void anotherThatIsHalfDoneIsFinishedFirst() {
        record("data/two", false, promotion("", Y));

        assertRefused(() -> next(running("one"), promoted("two", X, Y)), "finish it with `weir promote two");
    }

    @Test
    void whatOthersDecidedMeanwhileHolds() {
        Promotion wanted = promotion("", Y);
        record("data/one", false, wanted);
        DesiredRecords before = desired();
        Status done = promoted("one", X, Y);

        assertThat(PromotionStep.after(ONE, wanted, before, desired(), done))
                .isEqualTo(new PromotionStep.Tell(promotion(X, Y)));

        record("data", false, promotion(X, Y));
        assertThat(PromotionStep.after(ONE, wanted, before, desired(), done))
                .as("the same command of somebody else's")
                .isEqualTo(new PromotionStep.Over(promotion(X, Y)));

        record("data", false, promotion(X, Z));
        assertRefused(() -> PromotionStep.after(ONE, wanted, before, desired(), done), "weir demote");

        records.clear();
        assertRefused(() -> PromotionStep.after(ONE, wanted, before, desired(), done), "withdrawn it");
    }

    @Test
    void aPauseOutlivesAPromotionThatIsWithdrawn() {
        record("data/one", true, promotion("", Y));
        assertThat(desired().due("data", "one")).isEqualTo(promotion("", Y));
        Desired rest = Objects.requireNonNull(desired().rest("data", "one"));
        assertThat(rest.getPaused()).isTrue();
        assertThat(rest.getReason()).isEqualTo("why");
        assertThat(rest.getPromotion()).isNull();

        record("data", false, promotion(X, Y));
        assertThat(desired().due("data", "one")).isNull();
        assertThat(desired().rest("data", "one")).as("it is over").isNull();

        record("data/one", false, promotion(Y, Z));
        assertThat(desired().rest("data", "one")).isNull();
        record("data/one", true, null);
        assertThat(desired().rest("data", "one")).isEqualTo(records.get("data/one"));
    }
}
