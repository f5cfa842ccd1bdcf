package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who has to pass a checkpoint, who has, and what is said of the others. */
class CheckpointViewTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
    private static final Commander.Address ONE = new Commander.Address("one", "data");
    private static final Commander.Address TWO = new Commander.Address("two", "data");

    private final List<Status> components = new ArrayList<>();
    private final Map<Commander.Address, Result> passed = new HashMap<>();
    private Instant now = NOW;

    @Test
    void thoseThatWereNotStoppedInOrderHaveToPassAndOneThatIsNamed() {
        applier("running", ComponentState.RUNNING, 1);
        applier("silent", ComponentState.RUNNING, 9_999);
        applier("failed", ComponentState.FAILED, 9_999);
        applier("stopped", ComponentState.STOPPED, 1);
        agent(ComponentState.RUNNING, 1);

        assertThat(CheckpointView.required(Set.of("data"), null, components))
                .extracting(Commander.Address::replica)
                .containsExactlyInAnyOrder("running", "silent", "failed");
        assertThat(CheckpointView.required(Set.of("data"), "stopped", components))
                .extracting(Commander.Address::replica)
                .containsExactly("stopped");
        assertThat(CheckpointView.required(Set.of("other"), null, components)).isEmpty();
        assertThat(CheckpointView.required(Set.of("data"), "nobody", components))
                .isEmpty();
    }

    @Test
    void allHaveToPassItAndWhatTheyLackIsAnAlarm() {
        passed.put(ONE, result(ONE, 0, 0));
        assertThat(view().exit(Set.of(ONE))).hasToString("OK");
        assertThat(view().exit(Set.of(ONE, TWO))).hasToString("TIMEOUT");

        passed.put(TWO, result(TWO, 0, 2));
        assertThat(view().exit(Set.of(ONE, TWO))).hasToString("ATTENTION");
        assertThat(view().exit(Set.of(ONE))).hasToString("OK");
        assertThat(view().table(Set.of(ONE, TWO))).contains("passed", "1.5 s", "weir deadletters list --replica two");
        assertThat(view().json(Set.of(TWO)))
                .contains("\"passed\" : true", "\"heldPaths\" : 2", "\"passedAt\" : \"2026-01-01T00:00:01.500Z\"");
    }

    @Test
    void whoIsNotThroughIsToldWithWhatItWaitsFor() {
        applier("one", ComponentState.RUNNING, 1);
        assertThat(view().table(Set.of(ONE)))
                .contains("waiting", "no agent has reported source 'data'", "before 2026-01-01T01:00:00Z");

        agent(ComponentState.RUNNING, 9_999);
        assertThat(view().table(Set.of(ONE))).contains("agent/data is silent");

        now = NOW.plusSeconds(3_601);
        assertThat(view().table(Set.of(ONE))).contains("expired at 2026-01-01T01:00:00Z; make another one");

        now = NOW;
        agent(ComponentState.RUNNING, 1);
        assertThat(view().table(Set.of(ONE))).contains("applier running, 7 paths pending");

        agent(ComponentState.STOPPED, 1);
        passed.put(TWO, result(TWO, 0, 0));
        assertThat(view().table(Set.of(ONE)))
                .as("it was carried out")
                .contains("applier running")
                .doesNotContain("agent/data");
    }

    private CheckpointView view() {
        return new CheckpointView(List.of(command()), passed, components, now);
    }

    private static Command command() {
        return Command.newBuilder()
                .setId("c1")
                .setKind(CommandKind.CHECKPOINT)
                .setReplica("")
                .setSource("data")
                .setIssuedAt(NOW)
                .setExpiresAt(NOW.plusSeconds(3_600))
                .build();
    }

    private static Result result(Commander.Address who, long failed, long held) {
        Instant at = NOW.plusMillis(1_500);
        return Result.newBuilder()
                .setSource(who.source())
                .setReplica(who.replica())
                .setKind(ResultKind.CHECKPOINT)
                .setCapturedAt(NOW)
                .setStartedAt(at)
                .setFinishedAt(at)
                .setFailed(failed)
                .setHeld(held)
                .setCommand("c1")
                .build();
    }

    private void agent(ComponentState state, long secondsAgo) {
        components.removeIf(each -> each.getRole() == Role.AGENT);
        components.add(said("agent/data", Role.AGENT, state, secondsAgo).build());
    }

    private void applier(String replica, ComponentState state, long secondsAgo) {
        components.add(said("applier/" + replica + "/data", Role.APPLIER, state, secondsAgo)
                .setReplica(replica)
                .setPendingPaths(7)
                .build());
    }

    private Status.Builder said(String component, Role role, ComponentState state, long secondsAgo) {
        return Status.newBuilder()
                .setComponent(component)
                .setRole(role)
                .setInstance("one")
                .setSource("data")
                .setState(state)
                .setIntervalMillis(5_000)
                .setAt(now.minusSeconds(secondsAgo));
    }
}
