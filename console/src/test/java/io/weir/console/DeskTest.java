package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Which of several orders an applier's progress is told of. */
class DeskTest {
    private final Instant now = Instant.now();

    private final Board board = new Board();
    private final Desk desk = new Desk(board, new NoAnswers());

    private void given(String id, Order.Action action) {
        Order order = new Order(action, "one", "data", List.of(), List.of(), Map.of());
        board.runs().add(new Run(id, order, now, now.plusSeconds(60), null, null));
    }

    private void told(String progress) {
        board.status(
                "applier/one/data",
                Status.newBuilder()
                        .setComponent("applier/one/data")
                        .setInstance("i")
                        .setRole(Role.APPLIER)
                        .setState(ComponentState.RUNNING)
                        .setSource("data")
                        .setReplica("one")
                        .setProgress(progress)
                        .setAt(now)
                        .build());
    }

    private String state(String id) throws IOException {
        JsonNode run = new ObjectMapper().readTree(desk.one(id).orElseThrow());
        return run.path("state").asText() + " " + run.path("progress").asText();
    }

    @Test
    void verificationsGoOnOneAfterTheOther() throws IOException {
        given("first", Order.Action.VERIFY);
        given("second", Order.Action.VERIFY);
        told("verifies: 12 %");

        assertThat(state("first")).isEqualTo("working 12 %");
        assertThat(state("second")).isEqualTo("asked ");

        board.runs().end("first", new Run.End(now, false, "no drift", null));
        assertThat(state("first")).isEqualTo("done ");
        assertThat(state("second")).isEqualTo("working 12 %");
    }

    @Test
    void ofReplaysThatAreBegunTheNewestGoesOn() throws IOException {
        given("first", Order.Action.REPLAY);
        given("second", Order.Action.REPLAY);
        told("replays: 7 paths");

        assertThat(state("first")).isEqualTo("asked ");
        assertThat(state("second")).isEqualTo("working 7 paths");
    }
}
