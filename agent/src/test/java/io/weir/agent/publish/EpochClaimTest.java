package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.agent.root.Debt;
import io.weir.agent.root.StateFile;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.StatusKey;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Lives of an agent that claim epochs, with those of another one in between. */
class EpochClaimTest {
    private final Topic topic = new Topic();
    private final Path directory;
    private StateFile state;
    private @Nullable Desired promotion;

    EpochClaimTest(@TempDir Path directory) {
        this.directory = directory;
        assertThat(RecordSerde.of(Status.class)).isNotNull();
    }

    @Test
    void itsOwnEarlierLivesAreNoRivals() throws Exception {
        life("one");
        assertThat(claim("one")).isEqualTo(1);
        topic.records.add(status("one", 1, ComponentState.RUNNING));
        // Two of which the first never got an epoch.
        life("two");
        topic.records.add(status("two", 0, ComponentState.RETRYING));
        life("three");

        assertThat(claim("three")).isEqualTo(4);

        assertThat(debt()).isEqualTo(Debt.NONE);
    }

    @Test
    void anotherAgentsEpochMakesARescanOwed() throws Exception {
        life("one");
        claim("one");
        topic.records.add(status("other", 7, ComponentState.RUNNING));
        life("two");

        assertThat(claim("two")).isEqualTo(3);

        assertThat(debt()).isEqualTo(new Debt(OptionalLong.empty(), 3));
    }

    @Test
    void aClaimIsEnoughForARival() throws Exception {
        life("one");
        claim("one");
        topic.records.add(status("other", 0, ComponentState.STARTING));
        topic.records.add(status("one", 1, ComponentState.STOPPED));
        life("two");
        claim("two");

        assertThat(debt().rivalEpoch()).isEqualTo(4);
    }

    @Test
    void anAgentThatWaitsForItsDiskIsNone() throws Exception {
        life("one");
        claim("one");
        topic.records.add(status("standby", 0, ComponentState.UNAVAILABLE));
        life("two");
        claim("two");

        assertThat(debt()).isEqualTo(Debt.NONE);
    }

    @Test
    void aTopicThatWasMadeAnewIsReadFromItsBeginning() throws Exception {
        state = StateFile.open(directory, "data");
        state.update(known -> known.claimed(1_000, "one", false));
        topic.records.add(status("other", 1, ComponentState.RUNNING));

        assertThat(claim("one")).isEqualTo(1_001);

        assertThat(debt().rivalEpoch()).isEqualTo(1_001);
    }

    @Test
    void noEpochWithoutKnowing() throws Exception {
        life("one");
        claim("one");
        topic.away = true;
        assertThatThrownBy(() -> claim("one")).isInstanceOf(IOException.class);
        topic.records.add(status("other", 2, ComponentState.RUNNING));
        topic.away = false;

        assertThat(claim("one")).isEqualTo(4);

        assertThat(debt().rivalEpoch()).isEqualTo(4);
    }

    @Test
    void aTreeInWhosePlaceAReplicaWasPromotedClaimsNothing() throws Exception {
        life("one");
        promotion = Desired.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setBy("ann@desk")
                .setAt(Instant.EPOCH)
                .setPromotion(Lineage.next(null, String.valueOf(state.state().uuid()), "another"))
                .build();

        assertThatThrownBy(() -> claim("one"))
                .isInstanceOf(SucceededException.class)
                .hasMessageContaining("was promoted to replica backup1 by ann@desk at 1970-01-01T00:00:00Z")
                .hasMessageContaining(".weir/id-another is the source")
                .hasMessageContaining("weir demote");
        assertThat(topic.records)
                .as("a claim would end the agent of the new source")
                .isEmpty();

        promotion = Desired.newBuilder(promotion)
                .setPromotion(
                        Lineage.next(null, "old", String.valueOf(state.state().uuid())))
                .build();
        assertThat(claim("one")).isEqualTo(1);
    }

    @Test
    void compactionTakesNoAgentsNewestClaim() throws Exception {
        life("one");
        claim("one");
        life("two");
        claim("two");

        assertThat(topic.newest.get(StatusKey.claim("agent/data", "two")))
                .extracting(Status::getInstance)
                .isEqualTo("two");
        assertThat(topic.newest)
                .as("that of a former life is buried, as the newer one tells the same")
                .containsEntry(StatusKey.claim("agent/data", "one"), null);
    }

    private void life(String instance) throws IOException {
        state = StateFile.open(directory, "data");
        state.update(before -> before.begun(UUID.randomUUID(), instance, "boot", OptionalLong.empty()));
    }

    private long claim(String instance) throws Exception {
        return new EpochClaim(topic, () -> status(instance, 0, ComponentState.STARTING), state, topic, () -> promotion)
                .claim();
    }

    private Debt debt() {
        return StateFile.open(directory, "data").state().debt();
    }

    private static Status status(String instance, long epoch, ComponentState as) {
        return Status.newBuilder()
                .setComponent("agent/data")
                .setRole(Role.AGENT)
                .setInstance(instance)
                .setState(as)
                .setEpoch(epoch)
                .setAt(Instant.EPOCH)
                .build();
    }

    /** The status topic in memory. */
    private static final class Topic implements StatusLog, Rivals {
        final List<Status> records = new ArrayList<>();
        final Map<String, @Nullable Status> newest = new HashMap<>();
        boolean away;

        @Override
        public CompletableFuture<Long> append(String key, @Nullable Status status) {
            records.add(status);
            newest.put(key, status);
            return CompletableFuture.completedFuture(records.size() - 1L);
        }

        @Override
        public @Nullable String between(long from, long to, Predicate<Status> isRival) throws IOException {
            if (away) {
                throw new IOException("away");
            }
            return records.subList((int) from, (int) to).stream()
                    .filter(Objects::nonNull)
                    .filter(isRival)
                    .map(Status::getInstance)
                    .findFirst()
                    .orElse(null);
        }
    }
}
