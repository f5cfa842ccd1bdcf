package io.weir.applier.consume;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.reconcile.Reconciler;
import io.weir.applier.reconcile.Tally;
import io.weir.applier.reconcile.Target;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKind;
import io.weir.schemas.DryRun;
import io.weir.schemas.FileType;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Commands in, answers and work out. */
class OrdersTest extends ReplicationBench {
    private final List<String> asked = new ArrayList<>();
    private final List<String> approved = new ArrayList<>();
    private Function<List<Target>, Outcome> answer = targets -> DONE;
    private Function<List<RelPath>, Differences> differences =
            paths -> Differences.held(Outcome.State.TRANSPORT, "connection refused");
    private long nextOffset;

    private final Replication replication = replication(1, Map.of("data", new Reconciler() {
        @Override
        public Outcome reconcile(List<Target> targets) {
            targets.forEach(target -> asked.add(target.path() + (target.recursive() ? " with all below" : "")));
            return answer.apply(targets);
        }

        @Override
        public Differences dryRun(List<RelPath> paths) {
            return differences.apply(paths);
        }

        @Override
        public void approve(RelPath path) {
            approved.add(path.toString());
        }
    }));

    private void letter(String path, DeadLetterKind kind, boolean recursive) {
        replication.load(DeadLetter.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setPath(bytes(path))
                .setRecursive(recursive)
                .setKind(kind)
                .setReason("test")
                .setFirstFailedAt(START)
                .setLastFailedAt(START)
                .build());
    }

    private static ByteBuffer bytes(String text) {
        return ByteBuffer.wrap(text.getBytes(StandardCharsets.UTF_8));
    }

    private static Command command(CommandKind kind, String... paths) {
        return builder(kind, paths).build();
    }

    private static Command.Builder builder(CommandKind kind, String... paths) {
        return Command.newBuilder()
                .setId(kind + Arrays.toString(paths))
                .setKind(kind)
                .setReplica("backup1")
                .setSource("data")
                .setPaths(Arrays.stream(paths).map(OrdersTest::bytes).toList())
                .setIssuedAt(START)
                .setExpiresAt(START.plusSeconds(60));
    }

    private void give(Command command) {
        replication.accept(command, nextOffset++);
        runAll();
    }

    private Result lastAnswer() {
        List<Result> answers = new ArrayList<>();
        for (RecordingOutbox.Sent sent : outbox.to(TOPICS.results().name())) {
            Result result = RecordSerde.of(Result.class).decode(sent.bytes());
            if (result.getKind() == ResultKind.COMMAND) {
                answers.add(result);
            }
        }
        return answers.get(answers.size() - 1);
    }

    private int tombstones() {
        return (int) outbox.to(TOPICS.deadLetters().name()).stream()
                .filter(sent -> sent.value() == null)
                .count();
    }

    @Test
    void failedPathIsTriedAtOnceAndItsLetterEndsWhenItSucceeds() {
        letter("a", DeadLetterKind.FAILED, false);
        letter("b", DeadLetterKind.FAILED, false);
        give(command(CommandKind.RETRY, "a", "none"));

        assertThat(asked).containsExactly("a");
        assertThat(tombstones()).isEqualTo(1);
        assertThat(lastAnswer().getPaths()).isEqualTo(1);
        assertThat(lastAnswer().getFailed()).isEqualTo(1);
        assertThat(lastAnswer().getCommand()).isEqualTo("RETRY[a, none]");
        assertThat(replication.finishedCommands()).isEqualTo(1);
    }

    @Test
    void offsetOfACommandWaitsForWhatItAskedFor() {
        letter("a", DeadLetterKind.FAILED, false);
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        give(command(CommandKind.RETRY, "a"));
        give(command(CommandKind.DROP, "b"));

        assertThat(replication.finishedCommands()).isZero();
        assertThat(replication.finished()).as("offsets of batches").isEmpty();
    }

    @Test
    void heldPathsAreApprovedWithAllBelowOrDiscarded() {
        letter("gone", DeadLetterKind.HELD, true);
        letter("kept", DeadLetterKind.HELD, true);
        give(command(CommandKind.DROP, "gone"));
        assertThat(lastAnswer().getFailed()).as("what is held is not dropped").isEqualTo(1);
        give(command(CommandKind.APPROVE, "gone"));
        give(command(CommandKind.DISCARD, "kept"));

        assertThat(lastAnswer().getMessage()).contains("it differs until", "--dry-run");
        assertThat(approved).containsExactly("gone");
        assertThat(asked).containsExactly("gone with all below");
        assertThat(tombstones()).isEqualTo(2);
        assertThat(replication.finishedCommands()).isEqualTo(3);
    }

    @Test
    void baselineOfTheRootIsOneAndADirectoryIsMadeEqualWithAllBelow() {
        give(command(CommandKind.BASELINE, "d", "../x", ".weir/position"));
        assertThat(lastAnswer().getFailed()).isEqualTo(2);
        answer = targets -> Outcome.held(Outcome.State.TRANSPORT, "connection refused", Tally.NONE);
        give(command(CommandKind.BASELINE, "."));

        assertThat(asked).containsExactly("d with all below", ". with all below");
        assertThat(replication.isBaselineOpen("data")).isTrue();
        assertThat(replication.finishedCommands()).isEqualTo(1);
    }

    @Test
    void dryRunIsAnsweredWithWhatWouldBeDoneAndDoesNothing() {
        differences = paths -> new Differences(
                Outcome.State.DONE,
                "",
                9,
                new Differences.Part(2, 40, paths),
                new Differences.Part(7, 12, List.of(RelPath.of("old"))),
                true,
                1,
                Differences.Part.NONE);
        replication.accept(command(CommandKind.BASELINE_DRY_RUN, "d"), nextOffset++);
        assertThat(replication.finishedCommands()).as("until it is answered").isZero();
        runAll();

        assertThat(asked).isEmpty();
        assertThat(replication.finishedCommands()).isEqualTo(1);
        assertThat(lastAnswer().getFailed()).isZero();
        DryRun answer = lastAnswer().getDryRun();
        assertThat(answer.getSent()).isEqualTo(2);
        assertThat(answer.getSentPaths()).containsExactly(bytes("d"));
        assertThat(answer.getDeleted()).isEqualTo(7);
        assertThat(answer.getDeletedPaths()).containsExactly(bytes("old"));
        assertThat(answer.getKept()).isTrue();
        assertThat(replication.isBaselineOpen("data")).isFalse();
    }

    @Test
    void dryRunTakesNoLaneFromTheWork() {
        replication.accept(command(CommandKind.BASELINE_DRY_RUN, "."), nextOffset++);
        Runnable dryRun = lanes.pop();
        letter("a", DeadLetterKind.FAILED, false);
        give(command(CommandKind.RETRY, "a"));

        assertThat(asked).as("with the one lane there is").containsExactly("a");
        assertThat(replication.finishedCommands()).isZero();
        dryRun.run();
        assertThat(replication.finishedCommands()).isEqualTo(2);
    }

    @Test
    void dryRunThatCannotLookSaysWhyAndIsNotTriedAgain() {
        give(command(CommandKind.BASELINE_DRY_RUN, "."));
        assertThat(lastAnswer().getFailed()).isEqualTo(1);
        assertThat(lastAnswer().getMessage()).isEqualTo("connection refused");
        assertThat(lastAnswer().getDryRun()).isNull();

        give(command(CommandKind.BASELINE_DRY_RUN, "ok", "../x"));
        assertThat(lastAnswer().getFailed()).isEqualTo(2);
        assertThat(replication.finishedCommands()).isEqualTo(2);
    }

    @Test
    void commandIsCarriedOutOnceAndNotWhenItIsExpiredForAnotherOrUnknown() {
        letter("a", DeadLetterKind.FAILED, false);
        give(builder(CommandKind.RETRY, "a").setExpiresAt(START.minusSeconds(1)).build());
        assertThat(lastAnswer().getMessage()).contains("expired");
        give(builder(CommandKind.DROP, "a").setReplica("backup2").build());
        give(command(CommandKind.UNKNOWN, "a"));
        assertThat(lastAnswer().getMessage()).contains("does not know");
        assertThat(asked).isEmpty();
        assertThat(tombstones()).isZero();

        give(command(CommandKind.BASELINE, "a"));
        give(command(CommandKind.BASELINE, "a"));
        assertThat(asked).hasSize(1);
        assertThat(replication.finishedCommands()).isEqualTo(5);
    }

    @Test
    void letterAboutAWholeDirectoryOutlivesASuccessOfTheDirectoryAlone() {
        letter("d", DeadLetterKind.HELD, true);
        Entry alone = Paths.entry("d", FileType.DIRECTORY, false, 0);
        replication.accept(new Reading(0, 0, "data", List.of(alone), List.of()));
        replication.tick();
        runAll();
        assertThat(tombstones()).isZero();

        replication.accept(new Reading(0, 1, "data", List.of(Paths.tree("d", 1)), List.of()));
        replication.tick();
        runAll();
        assertThat(tombstones()).isEqualTo(1);
    }
}
