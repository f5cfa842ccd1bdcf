package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Drift;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Verification;
import io.weir.schemas.VerifyLevel;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class VerifyViewTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private static final Command COMMAND = Command.newBuilder()
            .setId("one")
            .setKind(CommandKind.VERIFY)
            .setReplica("backup1")
            .setSource("data")
            .setIssuedAt(NOW)
            .setExpiresAt(NOW)
            .build();

    private static Drift drift(String path, DriftKind kind, String detail) {
        return Drift.newBuilder()
                .setPath(RelPath.of(path).toField())
                .setKind(kind)
                .setDetail(detail)
                .build();
    }

    private static Result answer(Verification found) {
        return Result.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setKind(ResultKind.COMMAND)
                .setCapturedAt(NOW)
                .setStartedAt(NOW)
                .setFinishedAt(NOW)
                .setMessage("verification: as it is")
                .setVerification(found)
                .build();
    }

    /** Nothing is left to defaults: Avro makes those of enums only once a serde was there. */
    private static Verification.Builder clean() {
        return Verification.newBuilder().setLevel(VerifyLevel.METADATA).setDrift(List.of());
    }

    private static final Result DRIFT = answer(Verification.newBuilder()
            .setLevel(VerifyLevel.CHECKSUM)
            .setEntries(12_345)
            .setDifferent(1)
            .setMissing(2)
            .setDrift(List.of(
                    drift("a\nb", DriftKind.DIFFERENT, "content"),
                    drift("c", DriftKind.MISSING, ""),
                    drift("d", DriftKind.MISSING, "")))
            .build());

    @Test
    void firstPathsAreListedWithWhatToDo() {
        assertThat(new VerifyView(2).text(List.of(COMMAND), Map.of("one", DRIFT)))
                .isEqualTo("""
                    backup1/data: verification: as it is
                      different  a\\x0ab  content
                      missing    c
                      and more; --show N or -o json shows them
                      the same with --repair makes it equal; if it comes back, something else writes to the replica
                    """);
        assertThat(VerifyView.isAlarming(DRIFT)).isTrue();
    }

    @Test
    void scriptsGetAllNumbersAndPaths() {
        assertThat(new VerifyView(1).json(List.of(COMMAND), Map.of("one", DRIFT)))
                .contains(
                        "\"level\" : \"checksum\"", "\"entries\" : 12345", "\"missing\" : 2", "\"kind\" : \"missing\"")
                .contains("\"path\" : \"a\\\\x0ab\"", "\"path\" : \"d\"");
    }

    @Test
    void equalReplicaIsNoAlarmAndOneThatDidNotAnswerIsNotSaidToBeEqual() {
        Result equal = answer(clean().setEntries(3).build());

        assertThat(VerifyView.isAlarming(equal)).isFalse();
        assertThat(new VerifyView(1).text(List.of(COMMAND), Map.of("one", equal)))
                .isEqualTo("backup1/data: verification: as it is\n");
        assertThat(new VerifyView(1).text(List.of(COMMAND), Map.of())).contains("not answered yet");
        assertThat(new VerifyView(1).json(List.of(COMMAND), Map.of())).contains("\"answered\" : false");
    }

    @Test
    void whatCouldNotBeLookedAtIsAnAlarm() {
        assertThat(VerifyView.isAlarming(answer(clean().setUnsure(1).build()))).isTrue();
    }
}
