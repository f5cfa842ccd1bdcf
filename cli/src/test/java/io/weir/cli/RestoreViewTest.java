package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.PastVersion;
import io.weir.schemas.RelPath;
import io.weir.schemas.RestoreOrder;
import io.weir.schemas.Restored;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Versions;
import io.weir.service.WeirException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Earlier versions, for people and scripts. */
class RestoreViewTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final Command ORDER = order("one", "backup1");

    private static Command order(String id, String replica) {
        return Command.newBuilder()
                .setId(id)
                .setKind(CommandKind.RESTORE)
                .setReplica(replica)
                .setSource("data")
                .setIssuedAt(NOW)
                .setExpiresAt(NOW)
                .setRestore(RestoreOrder.newBuilder().setAsOf(NOW).build())
                .build();
    }

    private static Result.Builder answer() {
        return Result.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(NOW)
                .setStartedAt(NOW)
                .setFinishedAt(NOW)
                .setMessage("as it is");
    }

    private static Result restored(int failed) {
        return answer().setFailed(failed)
                .setRestored(Restored.newBuilder()
                        .setEntries(3)
                        .setBytes(9)
                        .setTo("/srv/a b")
                        .build())
                .build();
    }

    @Test
    void placeAndTheWayBackAreTold() {
        assertThat(new RestoreView(ORDER, restored(0), "host1", "/export/data").text())
                .contains(
                        "backup1/data: as it is",
                        "on host host1: /srv/a b",
                        "rsync -ain 'host1:/srv/a b/' /export/data/");
        assertThat(new RestoreView(ORDER, restored(0), "host1", null).text()).contains("SOURCE_ROOT/");
        assertThat(new RestoreView(ORDER, restored(0), "host1", null).json())
                .contains("\"to\" : \"/srv/a b\"", "\"entries\" : 3", "\"asOf\" : \"2026-01-01T00:00:00Z\"");
    }

    @Test
    void whatIsNotWholeIsNotToldToBeBroughtBack() {
        assertThat(new RestoreView(ORDER, restored(2), "host1", null).text())
                .contains("(2 refused)", "/srv/a b")
                .doesNotContain("rsync");
        assertThat(new RestoreView(ORDER, null, "host1", null).text()).contains("not answered yet");
        assertThat(new RestoreView(ORDER, null, "host1", null).json())
                .contains("\"answered\" : false", "\"to\" : null");
    }

    @Test
    void versionsOfAllReplicasAreOneTableNewestFirst() {
        Command other = order("two", "backup2");
        Command without = order("three", "backup3");
        PastReplicas.Answers asked = new PastReplicas.Answers(
                List.of(ORDER, other, without),
                Map.of(
                        "one", versions(version(10, 20), version(0, 10)),
                        "two", versions(version(12, 0)),
                        "three", answer().setFailed(1).setMessage("keeps none").build()));
        VersionsView view = new VersionsView(asked, 2);

        assertThat(view.table().lines().toList())
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("REPLICA"),
                        line -> assertThat(line).startsWith("backup1 ").endsWith("a\\x0ab"),
                        line -> assertThat(line).startsWith("backup2 ").contains("still there"));
        assertThat(view.hidden()).isEqualTo(1);
        assertThat(new VersionsView(asked, 9).json())
                .contains("\"from\" : null", "\"until\" : null", "\"until\" : \"2026-01-01T00:00:20Z\"");
        assertThat(asked.withTrash()).containsExactly("backup1", "backup2");
        assertThat(asked.others()).containsExactly("backup3/data: keeps none (1 refused)");
    }

    private static PastVersion version(int from, int until) {
        return PastVersion.newBuilder()
                .setPath(RelPath.of("a\nb").toField())
                .setType("file")
                .setSize(5)
                .setMtime(NOW)
                .setFrom(from == 0 ? Instant.EPOCH : NOW.plusSeconds(from))
                .setUntil(until == 0 ? Instant.EPOCH : NOW.plusSeconds(until))
                .build();
    }

    private static Result versions(PastVersion... all) {
        return answer().setVersions(Versions.newBuilder()
                        .setCount(all.length)
                        .setList(List.of(all))
                        .build())
                .build();
    }

    private static Status applier(String replica, String source) {
        return Status.newBuilder()
                .setComponent("applier/" + replica + "/" + source)
                .setRole(Role.APPLIER)
                .setInstance("x")
                .setReplica(replica)
                .setSource(source)
                .setState(ComponentState.RUNNING)
                .setAt(NOW)
                .build();
    }

    @Test
    void replicasAreThoseOfTheSourceThatIsMeant() {
        List<Status> all = List.of(applier("r1", "data"), applier("r2", "data"), applier("r2", "logs"));
        List<TypedPath> relative = List.of(new TypedPath(null, RelPath.of("a")));
        assertThat(PastReplicas.of(relative, "data", null, all).replicas()).containsOnlyKeys("r1", "r2");
        assertThat(PastReplicas.of(relative, null, "r1", all).source()).isEqualTo("data");
        assertThat(PastReplicas.of(List.of(new TypedPath("logs", RelPath.of("a"))), null, null, all)
                        .replicas())
                .containsOnlyKeys("r2");
        assertThatThrownBy(() -> PastReplicas.of(relative, null, null, all))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("--source");
        assertThatThrownBy(() -> PastReplicas.of(relative, "data", "r9", all))
                .isInstanceOf(WeirException.class)
                .hasMessageContaining("replica 'r9' of source 'data'");
    }
}
