package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.ComponentState;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** How it is told what a replica lacks. */
class PromotionViewTest {
    private static final Instant NOW = Instant.parse("2026-01-31T12:00:00Z");

    private static Status.Builder status(Role role, String component, ComponentState state) {
        return Status.newBuilder()
                .setComponent(component)
                .setRole(role)
                .setInstance("test")
                .setSource("data")
                .setState(state)
                .setHost("files1")
                .setAt(NOW.minusSeconds(30))
                .setPartition(3);
    }

    private static Status replica(String name, long offset, @Nullable String message) {
        return status(Role.APPLIER, "applier/" + name + "/data", ComponentState.UNAVAILABLE)
                .setReplica(name)
                .setOffset(offset)
                .setMessage(message)
                .build();
    }

    private static PromotionReport report(int lost, @Nullable String message) {
        List<NotArrived.Lost> paths = new ArrayList<>();
        for (int i = 0; i < lost; i++) {
            paths.add(new NotArrived.Lost(
                    RelPath.of("dir/file" + i), i == 0, FileType.FILE, NOW.minusSeconds(60 + i), i < 2));
        }
        return new PromotionReport(
                replica("backup1", 7, message),
                status(Role.AGENT, "agent/data", ComponentState.RUNNING)
                        .setPendingPaths(5)
                        .build(),
                false,
                List.of(replica("backup2", 9, null), replica("backup3", 7, null)),
                paths,
                0,
                lost == 0 ? null : NOW.minusSeconds(60 + lost - 1),
                false,
                NOW.minusSeconds(50),
                List.of());
    }

    @Test
    void tellsHowFarBehindWhatHadNotArrivedAndWhatNobodyKnows() {
        String text = new PromotionView(NOW, 2).text(report(3, null));

        assertThat(text)
                .contains("backup1 of source data: unavailable, as it said 30.0 s ago")
                .contains("3 paths, the oldest changed at 2026-01-31T11:58:58Z, 1 min ago; 0 dead letters")
                .contains(
                        "gone: it said last 30.0 s ago that it was running on files1, pid 0, with 5 paths that waited there")
                .contains("replica backup2 has applied batches up to offset 9, this one up to 7")
                .contains("the newest change that it did is of 50.0 s ago")
                .contains("a batch  dir/file0  with everything below", "dir/file1")
                .contains("and 1 more; --all shows them")
                .doesNotContain("backup3", "dir/file2");
    }

    @Test
    void aReplicaThatHasEverythingIsNotBehind() {
        String text = new PromotionView(NOW, 2).text(report(0, null));

        assertThat(text).contains("not at all, by what was published").doesNotContain("had not arrived");
        assertThat(report(0, null).isBaselineOpen()).isFalse();
    }

    @Test
    void anUnfinishedBaselineIsAWarning() {
        PromotionReport report = report(0, "the source does not answer; baseline: the replica has no position");

        assertThat(report.isBaselineOpen()).isTrue();
        assertThat(new PromotionView(NOW, 2).text(report))
                .contains("WARNING   it was being made equal as a whole", "the replica has no position");
    }

    @Test
    void scriptsGetTheSame() {
        PromotionView view = new PromotionView(NOW, 1);

        assertThat(Json.object(report(2, null), (json, each) -> view.write(json, each)))
                .contains("\"notArrived\" : 2", "\"path\" : \"dir/file0\"", "\"behindMillis\" : 61000")
                .contains("\"furtherReplicas\" : [ \"backup2\" ]", "\"agentPendingPaths\" : 5")
                .doesNotContain("dir/file1");
    }
}
