package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands whose broker has a name that cannot be resolved: mistyped, or the network is away. */
class UnknownBrokerTest {
    private static final String BROKER = "no-such-host.invalid:1";

    private static String run(ExitCode expected, String command) {
        StringWriter output = new StringWriter();
        PrintWriter both = new PrintWriter(output, true);
        String[] args = Stream.concat(Stream.of(command.split(" ")), Stream.of("--bootstrap", BROKER))
                .toArray(String[]::new);
        assertThat(Main.run(both, both, args)).as("%s", output).isEqualTo(expected.number());
        return output.toString();
    }

    @ParameterizedTest
    @ValueSource(strings = {"status", "tail", "topics check", "deadletters list", "pause one"})
    void aCommandSaysWhatToDo(String command) {
        assertThat(run(ExitCode.UNAVAILABLE, command))
                .startsWith("weir: ")
                .contains(BROKER, "check kafka.bootstrap.servers and the network")
                .hasLineCount(1);
    }

    @Test
    void theDoctorGoesOnLooking() {
        assertThat(run(ExitCode.FAILURE, "doctor")).contains("check kafka.bootstrap.servers and the network", "rsync");
    }
}
