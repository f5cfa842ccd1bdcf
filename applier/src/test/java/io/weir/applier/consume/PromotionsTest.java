package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import java.time.Instant;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is wanted of a replica's sources as promotions. */
class PromotionsTest {
    private final Promotions promotions = new Promotions();

    private static Desired wanted(String replica, @Nullable Promotion promotion) {
        return Desired.newBuilder()
                .setSource("data")
                .setReplica(replica)
                .setReason("why")
                .setPaused(promotion == null)
                .setAt(Instant.EPOCH)
                .setPromotion(promotion)
                .build();
    }

    private static Desired own() {
        return wanted("backup1", Lineage.next(null, "", "two"));
    }

    @Test
    void aPauseIsAPause() {
        Desired pause = wanted("backup1", null);
        promotions.own("data", pause);

        assertThat(promotions.rest("data")).isSameAs(pause);
        assertThat(promotions.due()).isEmpty();
        assertThat(promotions.takeNews()).isFalse();
        promotions.own("data", null);
        assertThat(promotions.rest("data")).isNull();
    }

    @Test
    void aPromotionStopsTheReplicaAtOnceUntilItIsCarriedOut() {
        promotions.own("data", own());

        assertThat(promotions.takeNews()).isTrue();
        assertThat(promotions.takeNews()).isFalse();
        assertThat(promotions.due()).containsOnlyKeys("data");
        assertThat(Objects.requireNonNull(promotions.rest("data")).getPaused()).isTrue();
        promotions.done("data");
        assertThat(promotions.due()).isEmpty();
    }

    @Test
    void oneThatCannotBeCarriedOutRestsAndSaysWhy() {
        promotions.own("data", own());
        promotions.refuse(own(), PromotedRoot.REFUSED + "it takes only a part");

        assertThat(promotions.due()).isEmpty();
        Desired rest = Objects.requireNonNull(promotions.rest("data"));
        assertThat(rest.getPaused()).isTrue();
        Pause pause = new Pause();
        pause.want(rest, Instant.EPOCH);
        assertThat(Promotions.isRefusal(pause.reason())).isTrue();
    }

    @Test
    void oneOfBeforeTheNewestIsOver() {
        promotions.own("data", own());
        promotions.newest("data", wanted("backup2", Lineage.next(null, "one", "three")));

        assertThat(promotions.due()).isEmpty();
        assertThat(promotions.rest("data")).isNull();
        assertThat(Objects.requireNonNull(promotions.newest("data")).getReplica())
                .isEqualTo("backup2");
    }

    @Test
    void whatIsReadAgainIsForgottenButForWhatCannotBeCarriedOut() {
        promotions.own("data", own());
        promotions.newest("more", wanted("backup2", Lineage.next(null, "one", "three")));
        promotions.refuse(own(), PromotedRoot.REFUSED + "it takes only a part");
        promotions.forget();

        assertThat(promotions.rest("data")).isNull();
        assertThat(promotions.newest("more")).isNull();
        promotions.own("data", own());
        assertThat(promotions.due()).isEmpty();
    }

    @Test
    void aNewSourceIsNewsOnce() {
        Desired newest = wanted("backup2", Lineage.next(null, "one", "three"));
        promotions.newest("data", newest);
        assertThat(promotions.takeNews()).isTrue();
        promotions.newest("data", Desired.newBuilder(newest).build());
        assertThat(promotions.takeNews()).isFalse();
        promotions.newest("data", null);
        assertThat(promotions.newest("data")).isNull();
    }
}
