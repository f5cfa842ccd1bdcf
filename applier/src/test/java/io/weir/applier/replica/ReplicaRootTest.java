package io.weir.applier.replica;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Which directories may become a replica, and whose. */
class ReplicaRootTest {
    private static final UUID ID = UUID.fromString("00000000-0000-0000-0000-000000000001");
    private static final UUID OTHER = UUID.fromString("00000000-0000-0000-0000-000000000002");

    private final Path directory;

    ReplicaRootTest(@TempDir Path directory) {
        this.directory = directory;
    }

    @Test
    void saysWhatToDoWhenTheMarkerCannotBeWritten() throws IOException {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            Files.delete(root.own().resolve("lock"));
            Files.delete(root.own());

            assertThatThrownBy(() -> root.claim(ID))
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                    .hasMessageContaining("check the disk and the permissions");
        }
    }

    @Test
    void refusesWithTheAdviceOfTheOneWhoAsksAndTouchesNothing() throws IOException {
        ReplicaRoot.refuseForeign("data", directory.resolve("missing"), false, "Do this");
        Files.createDirectory(directory.resolve(".weir"));
        ReplicaRoot.refuseForeign("data", directory, false, "Do this");
        assertThat(ReplicaRoot.holdsOther(directory)).isFalse();
        Files.createFile(directory.resolve("precious"));

        assertThat(ReplicaRoot.holdsOther(directory)).isTrue();
        ReplicaRoot.refuseForeign("data", directory, true, "Do this");
        assertThatThrownBy(() -> ReplicaRoot.refuseForeign("data", directory, false, "Do this"))
                .hasMessageContaining("would be deleted there. Do this");
        assertThat(directory.resolve(".weir")).isEmptyDirectory();
        assertThat(directory.resolve("missing")).doesNotExist();
    }

    @Test
    void refusesADirectoryThatHoldsSomethingElseAndLeavesItAsItWas() throws IOException {
        Files.createFile(directory.resolve("precious"));

        assertThatThrownBy(() -> ReplicaRoot.open("data", directory, false))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                .hasMessageContaining("adopt: true");
        assertThat(directory.resolve(".weir")).doesNotExist();
        try (ReplicaRoot adopted = ReplicaRoot.open("data", directory, true)) {
            adopted.claim(ID);
        }
        assertThat(directory.resolve(".weir/replica-" + ID)).exists();
    }

    @Test
    void takesAnEmptyDirectoryAndKnowsItAgain() throws IOException {
        Files.createDirectory(directory.resolve("lost+found"));
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            root.claim(ID);
        }
        Files.createFile(directory.resolve("file"));

        try (ReplicaRoot again = ReplicaRoot.open("data", directory, false)) {
            again.claim(ID);
            assertThatThrownBy(() -> again.claim(OTHER))
                    .isInstanceOf(WeirException.class)
                    .hasMessageContaining(OTHER.toString());
        }
    }

    @Test
    void isLockedAgainstASecondApplier() {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false)) {
            assertThat(root.own()).isDirectory();
            assertThatThrownBy(() -> ReplicaRoot.open("data", directory, false))
                    .hasMessageContaining("another applier works on");
        }
        ReplicaRoot.open("data", directory, false).close();
    }

    @Test
    void touchesNothingUntilTheSourceHasSaidWhoItIs() throws InterruptedException {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false);
                OpeningReconciler reconciler = new OpeningReconciler(
                        () -> new SourceMarker.Found(null, Outcome.State.UNAVAILABLE, "no marker"), root, id -> {
                            throw new AssertionError("opened for " + id);
                        })) {
            assertThat(reconciler.reconcile(List.of()).state()).isEqualTo(Outcome.State.UNAVAILABLE);
        }
    }

    @Test
    void refusesToLieInItsOwnSource() throws IOException {
        Files.createDirectory(directory.resolve(".weir"));
        Files.createFile(directory.resolve(".weir/id-" + ID));
        try (ReplicaRoot root = ReplicaRoot.open("data", directory.resolve("sub/replica"), false)) {
            assertThatThrownBy(() -> root.claim(ID))
                    .isInstanceOfSatisfying(
                            WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.CONFLICT))
                    .hasMessageContaining("lies in its own source");
            root.claim(OTHER);
        }
    }

    @Test
    void holdsWhatIsAnotherSourcesAndLetsTheProcessGoOn() throws InterruptedException {
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false);
                OpeningReconciler reconciler =
                        new OpeningReconciler(() -> new SourceMarker.Found(OTHER, Outcome.State.DONE, ""), root, id -> {
                            throw new AssertionError("opened for " + id);
                        })) {
            root.claim(ID);
            Outcome held = reconciler.reconcile(List.of());
            assertThat(held.state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(held.message()).contains(ID.toString());
        }
    }

    @Test
    void opensOnceTheSourceIsKnown() throws InterruptedException {
        Outcome done = new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), Tally.NONE);
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false);
                OpeningReconciler reconciler = new OpeningReconciler(
                        () -> new SourceMarker.Found(ID, Outcome.State.DONE, ""), root, id -> targets -> done)) {
            assertThat(reconciler.reconcile(List.of())).isEqualTo(done);
            assertThat(directory.resolve(".weir/replica-" + ID)).exists();
        }
    }

    @Test
    void whatWasDoneWhileTheDirectoryVanishedSaysNothingOfAnyPath() throws InterruptedException {
        Path root = directory.resolve("replica");
        List<String> calls = new ArrayList<>();
        try (ReplicaRoot opened = ReplicaRoot.open("data", root, false);
                OpeningReconciler reconciler = new OpeningReconciler(
                        () -> new SourceMarker.Found(ID, Outcome.State.DONE, ""), opened, id -> targets -> {
                            calls.add("call");
                            move(root, directory.resolve("away"));
                            return new Outcome(
                                    Outcome.State.DONE,
                                    "",
                                    Map.of(RelPath.of("f"), "No such file"),
                                    Set.of(),
                                    Tally.NONE);
                        })) {
            Outcome during = reconciler.reconcile(List.of());
            assertThat(during.state()).isEqualTo(Outcome.State.LOCAL_IO);
            assertThat(during.failed()).isEmpty();
            assertThat(during.message()).contains(root.toString(), "it is gone", "Mount its disk");

            move(directory.resolve("other"), root);
            assertThat(reconciler.reconcile(List.of()).state()).isEqualTo(Outcome.State.LOCAL_IO);
            assertThat(calls).hasSize(1);

            move(root, directory.resolve("other"));
            move(directory.resolve("away"), root);
            opened.requireThere();
        }
    }

    /** Takes a directory away, or puts another one there when there is none to be moved. */
    private static void move(Path from, Path to) {
        try {
            if (Files.exists(from)) {
                Files.move(from, to);
            } else {
                Files.createDirectories(to);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void approvalDoesNotWaitForASourceThatDoesNotAnswer() throws InterruptedException {
        List<RelPath> approved = new ArrayList<>();
        Reconciler opened = new Reconciler() {
            @Override
            public Outcome reconcile(List<Target> targets) {
                return new Outcome(Outcome.State.DONE, "", Map.of(), Set.of(), Tally.NONE);
            }

            @Override
            public void approve(RelPath path) {
                approved.add(path);
            }
        };
        AtomicReference<OpeningReconciler> self = new AtomicReference<>();
        try (ReplicaRoot root = ReplicaRoot.open("data", directory, false);
                OpeningReconciler reconciler = new OpeningReconciler(
                        () -> {
                            Thread person = new Thread(() -> self.get().approve(RelPath.of("d")));
                            person.start();
                            person.join(Duration.ofSeconds(60).toMillis());
                            assertThat(person.isAlive()).isFalse();
                            return new SourceMarker.Found(ID, Outcome.State.DONE, "");
                        },
                        root,
                        id -> opened)) {
            self.set(reconciler);
            assertThat(reconciler.reconcile(List.of()).state()).isEqualTo(Outcome.State.DONE);
        }
        assertThat(approved).containsExactly(RelPath.of("d"));
    }
}
