package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class StatusViewTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final StatusView view = new StatusView(NOW, List.of());

    private static Status.Builder said(ComponentState state, long secondsAgo) {
        return Status.newBuilder()
                .setComponent("agent/data")
                .setRole(Role.AGENT)
                .setInstance("one")
                .setHost("files1")
                .setPid(7)
                .setState(state)
                .setIntervalMillis(5000)
                .setAt(NOW.minusSeconds(secondsAgo));
    }

    @Test
    void silenceOfFiveIntervalsIsAStateAndAnAlarm() {
        Status late = said(ComponentState.RUNNING, 24).build();
        Status silent = said(ComponentState.RUNNING, 26).build();

        assertThat(view.isAlarming(late)).isFalse();
        assertThat(view.table(List.of(late))).contains("running").doesNotContain("silent");
        assertThat(view.isAlarming(silent)).isTrue();
        assertThat(view.table(List.of(silent)))
                .contains("silent", "was running on files1, pid 7", "changes of its source are not seen", "--forget");
        assertThat(view.json(List.of(silent)))
                .contains("\"state\" : \"silent\"", "\"silent\" : true", "\"lastState\" : \"running\"");
    }

    @Test
    void whereASourceWasPromotedNobodyIsToldToStartItsFormerAgent() {
        Status lost = said(ComponentState.RUNNING, 60).setSource("data").build();
        Status.Builder promoted = said(ComponentState.PROMOTED, 30)
                .setComponent("applier/one/data")
                .setRole(Role.APPLIER)
                .setHost("backup1")
                .setReplica("one")
                .setSource("data");

        assertThat(new StatusView(NOW, List.of(lost, promoted.build())).line(lost))
                .contains("replica one on backup1 is the source since 2025-12-31T23:59:30Z: start the agent there")
                .doesNotContain("start it again");
        // The agent that was started there, and is lost in its turn.
        assertThat(new StatusView(
                                NOW,
                                List.of(
                                        lost,
                                        promoted.setAt(NOW.minusSeconds(90)).build()))
                        .line(lost))
                .contains("start it again, or `weir status --forget agent/data`");
    }

    @Test
    void whatCannotBeReadIsARowOfItsOwnAndItsSourceIsServed() {
        LastWords.Unread agent = new LastWords.Unread("agent/data", NOW.minusSeconds(7), "the registry is away", true);
        Status applier = said(ComponentState.RETRYING, 1)
                .setComponent("applier/one/data")
                .setRole(Role.APPLIER)
                .setSource("data")
                .setMessage("waits")
                .build();
        StatusView partly = new StatusView(NOW, List.of(applier), List.of(agent), StatusView.LAGGING);

        assertThat(partly.table(List.of(applier)))
                .containsPattern("applier/one/data +retrying .* waits\n")
                .containsPattern("agent/data +unreadable .* 7.0 s ago +what it said last cannot be read: the registry");
        assertThat(partly.json(List.of(applier)))
                .contains("\"state\" : \"retrying\"", "\"component\" : \"agent/data\"", "\"state\" : \"unreadable\"");
    }

    @Test
    void shortIntervalsAreGivenTenSecondsAndUnknownOnesThirty() {
        assertThat(view.isSilent(
                        said(ComponentState.RUNNING, 9).setIntervalMillis(100).build()))
                .isFalse();
        assertThat(view.isSilent(
                        said(ComponentState.RUNNING, 11).setIntervalMillis(100).build()))
                .isTrue();
        assertThat(view.isSilent(
                        said(ComponentState.RUNNING, 29).setIntervalMillis(0).build()))
                .isFalse();
        assertThat(view.isSilent(
                        said(ComponentState.RUNNING, 31).setIntervalMillis(0).build()))
                .isTrue();
    }

    @ParameterizedTest
    @EnumSource(ComponentState.class)
    void whatNeedsAPersonIsAnAlarmAndWhatNeedsTimeIsNot(ComponentState state) {
        boolean needsTime = Set.of(
                        ComponentState.RUNNING,
                        ComponentState.BASELINE,
                        ComponentState.STARTING,
                        ComponentState.STOPPED,
                        ComponentState.PAUSED,
                        ComponentState.PROMOTED)
                .contains(state);

        assertThat(view.isAlarming(said(state, 1).build())).isEqualTo(!needsTime);
        assertThat(view.isAlarming(said(state, 1).setDeadLetters(1).build())).isTrue();
        assertThat(view.isAlarming(said(state, 1).setHeldPaths(1).build())).isTrue();
    }

    @Test
    void whatWasStoppedMayBeSilent() {
        assertThat(view.isAlarming(said(ComponentState.STOPPED, 99_999).build()))
                .isFalse();
    }

    @ParameterizedTest
    @EnumSource(ComponentState.class)
    void onlyWhatStoppedFailedOrIsSilentIsGone(ComponentState state) {
        boolean ended = Set.of(ComponentState.STOPPED, ComponentState.FAILED, ComponentState.PROMOTED)
                .contains(state);

        assertThat(view.isGone(said(state, 1).build())).isEqualTo(ended);
        assertThat(view.isGone(said(state, 99).build())).isTrue();
    }

    @Test
    void replicaOfASourceThatNoAgentServesIsAnAlarm() {
        Status applier = applierOf("dta");
        Status agent = said(ComponentState.RUNNING, 1).setSource("data").build();
        StatusView mistyped = new StatusView(NOW, List.of(agent, applier));

        assertThat(mistyped.isAlarming(agent)).isFalse();
        assertThat(mistyped.isAlarming(applier)).isTrue();
        assertThat(mistyped.table(List.of(agent, applier)))
                .containsOnlyOnce("no agent says that it serves a source 'dta'")
                .contains("agent.sources");
        Status right = applierOf("data");
        assertThat(new StatusView(NOW, List.of(agent, right)).isAlarming(right)).isFalse();
    }

    private static Status applierOf(String source) {
        return said(ComponentState.RUNNING, 1)
                .setComponent("applier/backup1/" + source)
                .setRole(Role.APPLIER)
                .setSource(source)
                .build();
    }

    @Test
    void baselineShowsHowFarItIsAndWhy() {
        Status baseline = said(ComponentState.BASELINE, 1)
                .setRole(Role.APPLIER)
                .setProgress("43 % 1,200/s, 2 min left")
                .setMessage("the topic of batches was made again")
                .build();

        assertThat(view.table(List.of(baseline)))
                .contains("baseline 43 % 1,200/s, 2 min left")
                .containsOnlyOnce("43 %")
                .contains("the topic of batches was made again");
    }

    private static Status.Builder replica(ComponentState state) {
        return said(state, 1)
                .setComponent("applier/backup1/data")
                .setRole(Role.APPLIER)
                .setSource("data")
                .setReplica("backup1")
                .setUnread(0);
    }

    private static String state(StatusView view, Status.Builder status) {
        String json = view.json(List.of(status.build()));
        return json.replaceAll("(?s).*\"state\" : \"(\\w+)\".*", "$1");
    }

    @Test
    void aReplicaIsIdleRunningOrLaggingByWhatWaits() {
        Status.Builder behind = replica(ComponentState.RUNNING).setOldestPendingAt(NOW.minusSeconds(11));

        assertThat(state(view, replica(ComponentState.RUNNING))).isEqualTo("idle");
        assertThat(state(view, replica(ComponentState.RUNNING).setUnread(-1))).isEqualTo("idle");
        assertThat(state(view, replica(ComponentState.RUNNING).setUnread(1))).isEqualTo("running");
        assertThat(state(view, replica(ComponentState.RUNNING).setOldestPendingAt(NOW.minusSeconds(9))))
                .isEqualTo("running");
        assertThat(state(view, behind)).isEqualTo("lagging");
        assertThat(state(new StatusView(NOW, List.of(), List.of(), Duration.ofSeconds(60)), behind))
                .isEqualTo("running");
        assertThat(state(view, replica(ComponentState.PAUSED).setOldestPendingAt(NOW.minusSeconds(99))))
                .isEqualTo("paused");
        assertThat(state(view, said(ComponentState.RUNNING, 1)))
                .as("of an agent")
                .isEqualTo("running");
    }

    @Test
    void aBaselineForBatchesThatAreMissingIsAGap() {
        assertThat(state(view, replica(ComponentState.BASELINE).setMessage("baseline: gap: batches are missing")))
                .isEqualTo("gap");
        assertThat(state(view, replica(ComponentState.BASELINE).setMessage("baseline: the replica has no position")))
                .isEqualTo("baseline");
    }

    @Test
    void whatWaitsIsShownInPathsBytesAndRecords() {
        Status waiting = replica(ComponentState.RUNNING)
                .setPendingPaths(1234)
                .setPendingBytes(3L << 29)
                .setUnread(77)
                .build();

        assertThat(view.table(List.of(waiting)))
                .contains("PENDING  BYTES    UNREAD")
                .contains("1234     1.5 GiB  77");
        assertThat(view.json(List.of(waiting))).contains("\"pendingBytes\" : 1610612736", "\"unread\" : 77");
        assertThat(view.json(List.of(said(ComponentState.RUNNING, 1).build()))).contains("\"unread\" : null");
    }
}
