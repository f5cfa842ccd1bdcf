package io.weir.applier.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Changes;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.service.Backoff;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is called when, what is held, and what is told of it. */
@Timeout(120)
class HookLineTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final Instant THEN = Instant.parse("2026-01-01T00:00:00Z");

    private final List<String> calls = new ArrayList<>();
    private final Semaphore mayAnswer = new Semaphore(0);
    private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
    private final AtomicInteger held = new AtomicInteger();
    private volatile Optional<String> answer = Optional.empty();
    private Instant now = THEN;
    private HookLine line = line(true, PathRules.NONE);

    private HookLine line(boolean required, PathRules paths) {
        if (line != null) {
            line.close();
        }
        Hook hook =
                new Hook("purge", new Hook.Program(List.of("/bin/true")), paths, Duration.ofSeconds(1), 2, required, 3);
        line = new HookLine(
                hook,
                new Hooks.Place("data", "backup1", Path.of("/replica")),
                change -> true,
                json -> {
                    synchronized (calls) {
                        calls.add(new String(json, StandardCharsets.UTF_8));
                    }
                    mayAnswer.acquire();
                    return answer;
                },
                new Backoff(Duration.ofMillis(1), Duration.ofMillis(2), 0),
                () -> now,
                metrics,
                (component, cause) -> {
                    throw new AssertionError(component, cause);
                });
        return line;
    }

    /** Counts what is held. */
    private final class Counted implements Hold {
        Counted() {
            held.incrementAndGet();
        }

        @Override
        public Hold with(Hold later) {
            later.release();
            return this;
        }

        @Override
        public void release() {
            held.decrementAndGet();
        }
    }

    private void add(String... paths) {
        List<Change> changes = new ArrayList<>();
        for (String path : paths) {
            changes.add(new Change(Change.Action.UPDATED, RelPath.of(path), false, null));
        }
        add(changes, 7);
    }

    private void add(List<Change> changes, long offset) {
        line.add(new Applied(changes, List.of("changes"), 0, offset, offset, THEN, THEN), Counted::new);
    }

    private int count() {
        synchronized (calls) {
            return calls.size();
        }
    }

    private void awaitCalls(int many) {
        await().atMost(LONG).until(() -> count() == many);
    }

    private double counted(String outcome) {
        return metrics.get("weir.applier.hook.calls")
                .tag("hook", "purge")
                .tag("outcome", outcome)
                .counter()
                .count();
    }

    @AfterEach
    void stop() {
        line.close();
    }

    @Test
    void requiredOneHoldsUntilItSucceedsHoweverOftenItFails() {
        answer = Optional.of("exit 3");
        add("a");
        mayAnswer.release(4);
        awaitCalls(5);

        assertThat(held).hasValue(1);
        assertThat(line.trouble()).isEqualTo("hook purge failed: exit 3; it is called again until it succeeds");
        assertThat(line.oldestHeld()).isEqualTo(THEN);
        assertThat(calls).allMatch(call -> call.equals(calls.get(0)));
        answer = Optional.empty();
        mayAnswer.release();

        await().atMost(LONG).until(() -> held.get() == 0);
        assertThat(line.trouble()).isEmpty();
        await().atMost(LONG).until(() -> line.oldestHeld() == null);
        assertThat(counted("failed")).isEqualTo(4);
        assertThat(counted("ok")).isEqualTo(1);
    }

    @Test
    void whatComesMeanwhileIsToldInOneCall() {
        add("a");
        awaitCalls(1);
        add("b");
        add(List.of(new Change(Change.Action.RENAMED, RelPath.of("c"), false, RelPath.of("old"))), 9);
        assertThat(held).hasValue(2);
        mayAnswer.release(2);
        awaitCalls(2);

        assertThat(calls.get(1))
                .contains("\"fromOffset\":7,\"toOffset\":9", "\"path\":\"b\"", "\"path\":\"c\",\"from\":\"old\"");
        await().atMost(LONG).until(() -> held.get() == 0);
    }

    @Test
    void oneThatIsNotRequiredHoldsNothingIsGivenUpAndTellsThatForAWhile() {
        line = line(false, PathRules.NONE);
        answer = Optional.of("exit 3");
        add("a");
        mayAnswer.release(3);
        await().atMost(LONG).until(() -> !line.note().isEmpty());

        assertThat(held).hasValue(0);
        assertThat(line.trouble()).isEmpty();
        assertThat(line.oldestHeld()).isNull();
        assertThat(line.note()).contains("hook purge was given up", "1 times", "exit 3");
        assertThat(counted("given-up")).isEqualTo(1);
        assertThat(count()).isEqualTo(3);
        now = THEN.plus(Duration.ofHours(2));
        assertThat(line.note()).isEmpty();
        answer = Optional.empty();
        add("b");
        awaitCalls(4);
    }

    @Test
    void morePathsThanFitComeInParts() {
        mayAnswer.release(10);
        add("a", "b", "c", "d");
        awaitCalls(2);

        assertThat(calls.get(0)).contains("\"part\":1,\"parts\":2", "\"c\"").doesNotContain("\"d\"");
        assertThat(calls.get(1)).contains("\"part\":2,\"parts\":2", "\"d\"");
        assertThat(calls.get(1).replaceAll(".*\"id\":\"([^\"]+)\".*\n", "$1"))
                .isNotEmpty()
                .isEqualTo(calls.get(0).replaceAll(".*\"id\":\"([^\"]+)\".*\n", "$1"));
    }

    @Test
    void onlyChosenPathsAreToldAndWhatStandsForThoseBelow() {
        line = line(true, PathRules.of(List.of("*.html")));
        mayAnswer.release(10);
        add("a.txt");
        await().atMost(LONG).until(() -> held.get() == 0);
        assertThat(count()).isZero();

        RelPath directory = RelPath.of("d");
        add(
                List.of(
                        new Change(Change.Action.UPDATED, directory, true, null),
                        new Change(Change.Action.DELETED, directory, true, null),
                        new Change(Change.Action.RENAMED, RelPath.of("b.txt"), false, RelPath.of("b.html"))),
                3);
        awaitCalls(1);
        assertThat(calls.get(0))
                .contains("\"deleted\",\"path\":\"d\",\"directory\":true", "\"b.txt\"")
                .doesNotContain("updated");
    }

    @Test
    void veryManyChangesBecomeOneThatStandsForAll() {
        add("first");
        awaitCalls(1);
        List<Change> many = IntStream.range(0, Changes.MOST)
                .mapToObj(i -> new Change(Change.Action.UPDATED, RelPath.of("f" + i), false, null))
                .toList();
        add(many, 8);
        add("last");
        mayAnswer.release(2);
        awaitCalls(2);

        assertThat(calls.get(1))
                .contains("\"paths\":[{\"action\":\"unsure\",\"path\":\".\",\"directory\":true}]", "\"parts\":1");
    }

    @Test
    void stopWaitsForWhatIsToldAndKeepsTheHoldOfWhatIsNot() throws InterruptedException {
        mayAnswer.release();
        add("a");
        line.drain(LONG);
        assertThat(held).hasValue(0);

        add("b");
        awaitCalls(2);
        line.close();
        add("c");

        assertThat(held).hasValue(1);
        assertThat(count()).isEqualTo(2);
    }

    @Test
    void pathsThatAreNoTextAreThereAsBytesToo() {
        mayAnswer.release();
        RelPath odd = RelPath.of(new byte[] {'n', '\n', (byte) 0xff});
        add(List.of(new Change(Change.Action.UPDATED, odd, false, null)), 1);
        awaitCalls(1);

        assertThat(calls.get(0)).contains("{\"action\":\"updated\",\"path\":\"n\\\\x0a\\\\xff\",\"bytes\":\"bgr/\"}");
    }
}
