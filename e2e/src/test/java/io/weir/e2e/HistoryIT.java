package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.RelPath;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** {@code weir history} and {@code weir explain} beside a pipeline that works. */
@OnOneWeirUp
class HistoryIT {
    private static String weir(WeirUp up, int exit, String... arguments) {
        return InProcess.weir(up.data(), exit, arguments);
    }

    @Test
    void aPathIsToldFromItsFirstNameToEachReplica(WeirUp up) throws Exception {
        Path directory = Files.createDirectory(up.source().resolve("history"));
        up.awaitEqual(directory);
        Files.writeString(directory.resolve("draft"), "one");
        up.awaitEqual(directory);
        Files.move(directory.resolve("draft"), directory.resolve("new\nname"));
        up.awaitEqual(directory);
        Path moved = Files.move(directory, up.source().resolve("history moved"));
        up.awaitEqual(moved);
        String shown = RelPath.display("history moved/new\nname");

        // Other tests of this pipeline may have left records that nobody can read.
        assertThat(weir(up, 0, "history", shown).lines())
                .filteredOn(line -> !line.contains("cannot be read"))
                .anyMatch(line -> line.matches(".* closed +file +3 +0\\d+ +history/draft"))
                .anyMatch(line -> line.matches(".* history/new\\\\x0aname +from history/draft"))
                .last()
                .satisfies(line -> assertThat(line).containsPattern("history moved +from history"));
        assertThat(weir(up, 0, "history", shown, "--no-follow", "-o", "json", "--since", "1h"))
                .contains("\"kind\" : \"moved\"", "\"from\" : \"history\"")
                .doesNotContain("draft");
        assertThat(weir(up, 0, "history", moved.toString(), "-n", "1").lines())
                .anyMatch(line -> line.matches(".* history moved +from history; with all below"))
                .anyMatch(line -> line.contains("give --count N"));

        // The position is told with the next heartbeat.
        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(
                                        up,
                                        0,
                                        "explain",
                                        moved.resolve("new\nname").toString())
                                .lines())
                        .contains("path        " + shown + " of source source")
                        .anyMatch(line -> line.matches("at the source: a file of 3 B, .* [-0-9]+ [0-9:.]+"))
                        .anyMatch(line -> line.startsWith("batch ") && line.contains("history moved with all below"))
                        .anyMatch(line -> line.startsWith("agent ") && line.contains("running"))
                        .filteredOn(line -> line.startsWith("replica-"))
                        .hasSize(2)
                        .allMatch(line -> line.matches("replica-\\d: equal since [-0-9]+ [0-9:.]+")));
        assertThat(weir(up, 0, "explain", shown, "-o", "json"))
                .contains(
                        "\"state\" : \"exists\"",
                        "\"verdict\" : \"equal\"",
                        "\"from\" : \"history\"",
                        "\"batchesBehind\" : 0");
    }

    @Test
    void aPathThatIsGoneIsAbsentEverywhere(WeirUp up) throws Exception {
        Path directory = Files.createDirectory(up.source().resolve("vanishing"));
        Path gone = Files.writeString(directory.resolve("gone.txt"), "one");
        up.awaitEqual(directory);
        Files.delete(gone);
        up.awaitEqual(directory);

        await().atMost(EventuallyEqual.DEADLINE)
                .untilAsserted(() -> assertThat(weir(up, 0, "explain", "vanishing/gone.txt"))
                        .contains("at the source: it does not exist, deleted 20")
                        .containsPattern("replica-1: equal since [-0-9]+ [0-9:.]+: it is absent there too")
                        .containsPattern("replica-2: equal since [-0-9]+ [0-9:.]+: it is absent there too"));
    }

    @Test
    void aPathOfWhichNothingIsKnownSaysWhy(WeirUp up) {
        assertThat(weir(up, 0, "explain", "never/was.tmp"))
                .contains(
                        "at the source: nothing was observed of this name itself",
                        "whether it exists is not known; check the spelling",
                        "looks temporary",
                        "--since TIME looks further back")
                .doesNotContainPattern("replica-\\d: equal since [-0-9]+ [0-9:.]+\n");
        assertThat(weir(up, 0, "explain", ".weir/x"))
                .contains("replica-1: not replicated, it is Weir's own")
                .contains("replica-2: not replicated");
        assertThat(weir(up, 0, "history", "never/was", "--since", "1s", "--until", "0s"))
                .contains("no change was observed between", "weir explain");
        assertThat(weir(up, 0, "explain", "x", "--source", "nobody's")).contains("no agent has said");
        assertThat(weir(up, 2, "explain", "/elsewhere/x")).contains("below none of the roots that are known here");
    }
}
