package io.weir.applier.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.applier.position.Position;
import io.weir.applier.position.PositionFile;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Replicas that become sources, sources that become replicas, and replicas that go on with a successor. */
class PromotedRootTest {
    private static final UUID FIRST = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID SECOND = UUID.fromString("00000000-0000-0000-0000-000000000002");
    private static final UUID THIRD = UUID.fromString("00000000-0000-0000-0000-000000000003");

    private final Path directory;

    PromotedRootTest(@TempDir Path directory) {
        this.directory = directory;
    }

    private static Desired wanted(@Nullable Promotion newest, UUID to) {
        return wanted(newest, to.toString());
    }

    private static Desired wanted(@Nullable Promotion newest, String to) {
        return Desired.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setBy("ann@desk")
                .setAt(Instant.EPOCH)
                .setPromotion(Lineage.next(newest, "", to))
                .build();
    }

    private Path own(String name) {
        return directory.resolve(".weir").resolve(name);
    }

    private PromotedRoot promote() throws IOException {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            root.claim(FIRST);
            int partition = Topics.partitionOf("data", 6);
            Map<Integer, Long> offsets = new java.util.HashMap<>();
            for (int i = 0; i < 6; i++) {
                offsets.put(i, i == partition ? 42L : 7L);
            }
            new PositionFile(root.own()).write(new Position("backup1", "data", "topic", offsets, "", true));
            return PromotedRoot.make(root, "data", wanted(null, SECOND));
        }
    }

    @Test
    void aReplicaGetsTheMarkerOfASourceAndIsWrittenToNoMore() throws IOException {
        PromotedRoot made = promote();

        assertThat(own("id-" + SECOND)).exists();
        assertThat(own("replica-" + FIRST)).doesNotExist();
        assertThat(own("position")).doesNotExist();
        assertThat(made.offset()).isEqualTo(42);
        assertThat(PromotedRoot.find(directory)).contains(made);
        assertThat(made.message()).contains("promoted by ann@desk at 1970-01-01T00:00:00Z", directory.toString());
        assertThat(PromotedRoot.told(made.message())).contains(Lineage.next(null, FIRST.toString(), SECOND.toString()));
        assertThatThrownBy(() -> ReplicaRoot.open("data", directory, true))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                .hasMessageContaining("was promoted to be the source itself")
                .hasMessageContaining("weir demote");
        assertThat(ReplicaRoot.foreign("data", directory, false)).isEmpty();
    }

    @Test
    void aCrashInBetweenIsFinishedLater() throws IOException {
        PromotedRoot made = promote();
        Files.delete(own("id-" + SECOND));
        Files.createFile(own("replica-" + FIRST));

        PromotedRoot.find(directory).orElseThrow().complete();

        assertThat(own("id-" + SECOND)).exists();
        assertThat(own("replica-" + FIRST)).doesNotExist();
        Files.delete(own("id-" + SECOND));
        made.complete();
        assertThat(own("id-" + SECOND)).as("it was complete once").doesNotExist();
    }

    @Test
    void whatNeverWasAReplicaOrDidNotFollowIsRefused() {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            assertThatThrownBy(() -> PromotedRoot.make(root, "data", wanted(null, SECOND)))
                    .hasMessageStartingWith(PromotedRoot.REFUSED)
                    .hasMessageContaining("never was a replica");
            root.claim(FIRST);
            Promotion newest = Lineage.next(null, FIRST.toString(), SECOND.toString());
            assertThatThrownBy(() -> PromotedRoot.make(root, "data", wanted(newest, THIRD)))
                    .hasMessageStartingWith(PromotedRoot.REFUSED)
                    .hasMessageContaining("did not follow the last promotion");
            assertThatThrownBy(() -> PromotedRoot.make(root, "data", wanted(null, "../../etc")))
                    .hasMessageStartingWith(PromotedRoot.REFUSED)
                    .hasMessageContaining("is no identity");
            assertThat(own("replica-" + FIRST)).exists();
            assertThat(PromotedRoot.isThere(directory)).isFalse();
        }
    }

    @Test
    void aFormerSourceIsAReplicaThatItsHostKnows() throws IOException {
        KnownReplicas known = KnownReplicas.open(directory.resolveSibling("state"), "backup1");
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            root.claim(FIRST);
            known.remember(root);
        }
        promote();
        FormerSource former = new FormerSource(directory);
        assertThat(former.identity()).contains(SECOND);
        assertThat(former.replicaOf()).isEmpty();

        former.becomeReplicaOf(SECOND, THIRD);

        assertThat(former.identity()).isEmpty();
        assertThat(former.replicaOf()).contains(THIRD);
        assertThat(PromotedRoot.find(directory)).isEmpty();
        known.refuseLost("data", directory, false);
        ReplicaRoot.open("data", directory, false).close();
    }

    @Test
    void severalMarkersAreNoIdentity() throws IOException {
        Files.createDirectory(directory.resolve(".weir"));
        Files.createFile(own("id-" + FIRST));
        Files.createFile(own("id-" + SECOND));

        assertThatThrownBy(() -> new FormerSource(directory).identity())
                .hasMessageContaining(FIRST.toString())
                .hasMessageContaining(SECOND.toString());
    }

    private OpeningReconciler following(ReplicaRoot root, UUID answers, Desired newest, List<String> told) {
        Outcome done = new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), Tally.NONE);
        return new OpeningReconciler(
                () -> new SourceMarker.Found(answers, Outcome.State.DONE, ""),
                root,
                id -> targets -> done,
                new OpeningReconciler.Succession() {
                    @Override
                    public Desired newest() {
                        return newest;
                    }

                    @Override
                    public void follows(Desired promotion) {
                        told.add("follows " + promotion.getReplica() + " from "
                                + root.sourceId().orElseThrow());
                    }
                });
    }

    @Test
    void aReplicaGoesOnWithTheSuccessorAndBeginsWithABaseline() throws Exception {
        List<String> told = new ArrayList<>();
        Desired newest = wanted(Lineage.next(null, FIRST.toString(), SECOND.toString()), THIRD);
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            root.claim(FIRST);
            Optional<String> token = root.token();
            try (OpeningReconciler former = following(root, SECOND, newest, told)) {
                Outcome held = former.reconcile(List.of());
                assertThat(held.state()).isEqualTo(Outcome.State.UNAVAILABLE);
                assertThat(held.message()).contains("is the former source", "was promoted to replica backup1", "`url`");
            }
            try (OpeningReconciler stranger = following(root, UUID.randomUUID(), newest, told)) {
                assertThat(stranger.reconcile(List.of()).state()).isEqualTo(Outcome.State.UNAVAILABLE);
            }
            assertThat(told).isEmpty();

            try (OpeningReconciler successor = following(root, THIRD, newest, told)) {
                assertThat(successor.reconcile(List.of()).state()).isEqualTo(Outcome.State.DONE);
            }

            assertThat(told).containsExactly("follows backup1 from " + FIRST);
            assertThat(root.sourceId()).contains(THIRD);
            assertThat(root.token()).isEqualTo(token);
        }
    }
}
