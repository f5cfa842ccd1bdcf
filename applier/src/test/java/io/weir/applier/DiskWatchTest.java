package io.weir.applier;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class DiskWatchTest {
    private final WeirException away = new WeirException(ExitCode.UNAVAILABLE, "its disk is not mounted");

    private final List<String> done = new ArrayList<>();
    private @Nullable WeirException trouble;

    private final DiskWatch.Replica replica = new DiskWatch.Replica() {
        @Override
        public @Nullable WeirException tryOpen() {
            done.add("try");
            return trouble;
        }

        @Override
        public @Nullable WeirException lost() {
            return trouble;
        }

        @Override
        public void giveUp() {
            done.add("give up");
        }
    };

    private DiskWatch watch(@Nullable WeirException first) {
        return new DiskWatch(() -> List.of("data"), first, replica, () -> {
            throw new KafkaException("no Kafka here");
        });
    }

    private static void runUntil(DiskWatch watch, String reason) throws InterruptedException {
        do {
            watch.run();
        } while (!watch.reason().equals(reason));
    }

    @Test
    void aReplicaWhoseDiskVanishesIsGivenUpUntilItCanBeOpened() throws Exception {
        DiskWatch watch = watch(null);
        watch.run();
        assertThat(done).isEmpty();

        trouble = away;
        watch.run();
        assertThat(done).containsExactly("give up");
        assertThat(watch.reason()).isEqualTo(away.getMessage());

        trouble = null;
        runUntil(watch, "");
        assertThat(done).containsExactly("give up", "try");
    }

    @Test
    void aClockThatIsSetBackBeginsTheWorkAnew() throws Exception {
        DiskWatch watch = watch(null);
        watch.clockSetBack();
        watch.run();
        assertThat(done).containsExactly("give up");
        assertThat(watch.reason()).contains("the clock was set back");

        runUntil(watch, "");
        watch.run();
        assertThat(done).containsExactly("give up", "try");
    }

    @Test
    void aClockThatIsSetBackChangesNothingForAReplicaThatIsHeld() throws Exception {
        trouble = away;
        DiskWatch watch = watch(away);
        watch.clockSetBack();
        watch.run();
        assertThat(done).isEmpty();
        assertThat(watch.reason()).isEqualTo(away.getMessage());

        trouble = null;
        runUntil(watch, "");
        assertThat(done).containsExactly("try");
    }
}
