package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A replica that rests while the other one goes on. */
@Tag("extended")
class PauseIT {
    private static final Pattern LAG =
            Pattern.compile("\"component\" : \"applier/replica-1/source\".*?\"lagMillis\" : (\\d+)", Pattern.DOTALL);

    @TempDir
    Path folder;

    private String weir(ExitCode exit, String... arguments) {
        return InProcess.weir(folder.resolve("data"), exit.number(), arguments);
    }

    private static Status resting(WeirUp up) {
        return Objects.requireNonNull(up.records().statuses().get("applier/replica-1/source"), "has reported");
    }

    private static void awaitIn(Path file, String content) {
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(file).exists().hasContent(content));
    }

    @Test
    void aPausedReplicaRestsOverARestartAndCatchesUp() throws Exception {
        try (WeirUp up = WeirUp.start(folder)) {
            Path resting = up.replicas().get(0);
            Path going = up.replicas().get(1);
            Path first = Files.writeString(up.source().resolve("first"), "before");
            Path gone = Files.writeString(up.source().resolve("gone"), "before");
            up.awaitEqual();

            assertThat(weir(ExitCode.OK, "pause", "replica-1", "--reason", "a snapshot of its disk"))
                    .contains("replica-1/source: paused by ", "a snapshot of its disk", "weir resume replica-1");
            Files.writeString(first, "after, and longer");
            Files.delete(gone);
            Path added = Files.writeString(up.source().resolve("added"), "12345");
            awaitIn(up.in(going, first), "after, and longer");
            awaitIn(up.in(going, added), "12345");
            await().atMost(EventuallyEqual.DEADLINE)
                    .until(() ->
                            Files.notExists(up.in(going, gone)) && resting(up).getPendingBytes() == 22);
            assertThat(up.in(resting, first)).hasContent("before");
            assertThat(up.in(resting, gone)).exists();
            assertThat(up.in(resting, added)).doesNotExist();
            whatWaitsIsToldAndLagGrows(up);

            up.process().close();
            Instant restarted = Instant.now();
            up.process().restart();
            up.process().awaitRunning();
            Path afterwards = Files.writeString(up.source().resolve("afterwards"), "x");
            awaitIn(up.in(going, afterwards), "x");
            await("still paused").atMost(EventuallyEqual.DEADLINE).untilAsserted(() -> {
                Status status = resting(up);
                assertThat(status.getAt()).isAfter(restarted);
                assertThat(status.getState()).isEqualTo(ComponentState.PAUSED);
                assertThat(status.getPendingPaths()).isGreaterThanOrEqualTo(4);
            });
            assertThat(up.in(resting, first)).hasContent("before");
            assertThat(up.in(resting, afterwards)).doesNotExist();

            assertThat(weir(ExitCode.OK, "resume", "replica-1", "-o", "json"))
                    .contains("\"answered\" : true", "\"pause\" : false");
            up.awaitEqual();
            await().atMost(EventuallyEqual.DEADLINE)
                    .untilAsserted(() -> assertThat(weir(ExitCode.OK, "status")).doesNotContain("paused"));
            assertThat(weir(ExitCode.USAGE, "pause", "nobody")).contains("no applier has reported replica 'nobody'");
        }
    }

    private void whatWaitsIsToldAndLagGrows(WeirUp up) {
        Status waiting = resting(up);
        assertThat(waiting.getState()).isEqualTo(ComponentState.PAUSED);
        assertThat(waiting.getPendingPaths()).isGreaterThanOrEqualTo(3);
        assertThat(waiting.getUnread()).isZero();
        assertThat(weir(ExitCode.OK, "status", "-o", "json"))
                .contains("\"state\" : \"paused\"", "\"pendingBytes\" : 22", "\"unread\" : 0");
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() ->
                        assertThat(weir(ExitCode.OK, "status")).contains("paused", "idle", "a snapshot of its disk"));
        long before = lagMillis();
        await("lag grows").atMost(EventuallyEqual.DEADLINE).until(() -> lagMillis() > before);
    }

    /** Of the replica that rests, as the status tells it. */
    private long lagMillis() {
        Matcher lag = LAG.matcher(weir(ExitCode.OK, "status", "-o", "json"));
        assertThat(lag.find()).isTrue();
        return Long.parseLong(lag.group(1));
    }
}
