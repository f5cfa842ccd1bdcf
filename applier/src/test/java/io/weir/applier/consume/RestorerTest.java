package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.disk.ReplicaPast;
import io.weir.applier.disk.Trash;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Tally;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.RestoreOrder;
import io.weir.schemas.Result;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Orders for earlier versions: answered beside the work, and their offsets wait for that. */
class RestorerTest extends ReplicationBench {
    private final Path root;
    private @Nullable WeirException unmounted;

    private final Replication replication =
            replication(1, Map.of("data", targets -> Outcome.held(Outcome.State.DONE, "", Tally.NONE)));

    RestorerTest(@TempDir Path root) throws IOException {
        this.root = root;
        Files.createDirectory(root.resolve(".weir"));
        Files.writeString(root.resolve("f"), "content");
        replication.remembers(
                "data",
                new ReplicaPast(
                        root,
                        () -> {
                            if (unmounted != null) {
                                throw unmounted;
                            }
                        },
                        Optional.of(new Trash.Keep(Duration.ofDays(1), 0)),
                        Optional.empty()));
    }

    private static Command.Builder command(CommandKind kind, String... paths) {
        return Command.newBuilder()
                .setId("an-id")
                .setKind(kind)
                .setReplica("backup1")
                .setSource("data")
                .setPaths(
                        Stream.of(paths).map(path -> RelPath.of(path).toField()).toList())
                .setIssuedAt(START)
                .setExpiresAt(START.plusSeconds(60));
    }

    private Result answer(Command.Builder command) {
        replication.accept(command.build(), 5);
        if (!lanes.isEmpty()) {
            assertThat(replication.finishedCommands()).isEqualTo(5);
            lanes.remove().run();
        }
        assertThat(replication.finishedCommands()).isEqualTo(6);
        List<RecordingOutbox.Sent> sent = outbox.to(TOPICS.results().name());
        assertThat(sent).hasSize(1);
        return RecordSerde.of(Result.class).decode(sent.get(0).bytes());
    }

    @Test
    void versionsAreListed() {
        Result answer = answer(command(CommandKind.VERSIONS, "f"));
        assertThat(answer.getFailed()).isZero();
        assertThat(Objects.requireNonNull(answer.getVersions(), "versions").getList())
                .singleElement()
                .satisfies(version -> {
                    assertThat(version.getSize()).isEqualTo(7);
                    assertThat(version.getUntil()).isEqualTo(Instant.EPOCH);
                });
    }

    @Test
    void restoreIsCarriedOutAndTold() {
        Result answer = answer(command(CommandKind.RESTORE, "f", "g")
                .setRestore(RestoreOrder.newBuilder()
                        .setAsOf(Instant.now().plusSeconds(1))
                        .setTo("here")
                        .build()));
        assertThat(answer.getFailed()).as(answer.getMessage()).isZero();
        assertThat(Objects.requireNonNull(answer.getRestored(), "restored").getAbsent())
                .isEqualTo(1);
        assertThat(root.resolve(".weir/restored/here/f")).hasContent("content");
    }

    @Test
    void expiredOrderIsRefusedUnlessItWasBegunBeforeARestart() throws IOException {
        Command.Builder late = command(CommandKind.RESTORE, "f")
                .setExpiresAt(START.minusSeconds(1))
                .setRestore(RestoreOrder.newBuilder()
                        .setAsOf(Instant.now().plusSeconds(1))
                        .setTo("here")
                        .build());
        Files.createDirectories(root.resolve(".weir/restored/here.partial-anid/half"));
        assertThat(answer(late).getFailed()).isZero();
        assertThat(root.resolve(".weir/restored/here")).isDirectoryContaining("glob:**/f");
        assertThat(root.resolve(".weir/restored/here/half")).doesNotExist();
    }

    @Test
    void whatCannotBeDoneIsAnswered() {
        unmounted = new WeirException(ExitCode.UNAVAILABLE, "mount its disk");
        assertThat(answer(command(CommandKind.VERSIONS, "f")))
                .satisfies(answer -> assertThat(answer.getFailed()).isEqualTo(1))
                .satisfies(answer -> assertThat(answer.getMessage()).isEqualTo("mount its disk"));
    }

    @Test
    void orderWithoutATimeIsRefused() {
        assertThat(answer(command(CommandKind.RESTORE, "f")).getFailed()).isEqualTo(1);
    }

    @Test
    void weirsOwnIsNotBroughtBack() {
        assertThat(answer(command(CommandKind.VERSIONS, ".weir/trash")).getMessage())
                .contains("none of the source's");
    }
}
