package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.console.Answers;
import io.weir.console.Order;
import io.weir.console.Order.Action;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which orders of the console can be given, before any of them is. */
class ConsoleOrdersTest {
    private static final List<Status> COMPONENTS = List.of(SampleRecords.applier("backup1", ComponentState.RUNNING, 7));

    private final ConsoleOrders orders = new ConsoleOrders(KafkaSettings.of("127.0.0.1:1", "weir"), List.of());

    private static Order order(Action action, Map<String, String> options, String... typed) {
        return new Order(action, "backup1", "data", List.of(), List.of(typed), options);
    }

    private Answers.Prepared prepare(Order order) {
        return orders.prepare(order, COMPONENTS);
    }

    private void assertRefused(Order order, String... why) {
        assertThatThrownBy(() -> prepare(order))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContainingAll(why);
    }

    @Test
    void eachIsPreparedUnderANameOfItsOwnAndForATime() {
        Answers.Prepared verify = prepare(order(Action.VERIFY, Map.of("level", "sample", "sample", "5"), "a/b"));
        Answers.Prepared replay = prepare(order(Action.REPLAY_DRY_RUN, Map.of("from", "2h", "glob", "*.txt")));

        assertThat(verify.id()).isNotEmpty().isNotEqualTo(replay.id());
        assertThat(verify.expiresAt()).isAfter(Instant.now());
        assertThat(prepare(order(Action.PAUSE, Map.of())).id()).isNotEmpty();
        assertThat(prepare(order(Action.RETRY, Map.of(), "a\\x0ab")).id()).isNotEmpty();
    }

    @Test
    void whoIsNotThereIsAskedForNothing() {
        assertRefused(
                new Order(Action.PAUSE, "backup2", "data", List.of(), List.of(), Map.of()), "'backup2'", "weir status");
        assertRefused(new Order(Action.VERIFY, "backup1", "other", List.of(), List.of(), Map.of()), "source 'other'");
        assertRefused(new Order(Action.BASELINE, "backup1", "", List.of(), List.of(), Map.of()), "no source");
    }

    @Test
    void whatDoesNotFitIsRefused() {
        assertRefused(order(Action.VERIFY, Map.of("level", "deep")), "'deep'", "metadata, sample or checksum");
        assertRefused(order(Action.VERIFY, Map.of("level", "checksum", "sample", "5")), "sample");
        assertRefused(order(Action.VERIFY, Map.of("sample", "some")), "'some' is no number");
        assertRefused(order(Action.VERIFY, Map.of("bwlimit", "fast")), "bwlimit fast");
        assertRefused(order(Action.VERIFY, Map.of(), "../x"), "'..'");
        assertRefused(order(Action.REPLAY, Map.of()), "'from' is missing", "10m");
        assertRefused(order(Action.REPLAY, Map.of("from", "yesterday")), "'yesterday' is no time");
        assertRefused(order(Action.REPLAY, Map.of("from", "1h", "to", "2h")), "ends before it begins");
    }

    @Test
    void deadLettersAreNamedAndAreNoMoreThanACommandHolds() {
        byte[] path = "p".repeat(4000).getBytes(StandardCharsets.UTF_8);

        assertRefused(order(Action.RETRY, Map.of()), "names no path");
        assertRefused(
                new Order(Action.DROP, "backup1", "data", Collections.nCopies(100, path), List.of(), Map.of()),
                "some of them at a time");
    }
}
