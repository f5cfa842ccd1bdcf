package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What {@code weir completion} prints is what bash takes. */
class CompletionCommandTest {
    @Test
    void bashCompletesCommandsAndOptions(@TempDir Path folder) throws Exception {
        StringWriter out = new StringWriter();
        assertThat(Main.run(new PrintWriter(out), new PrintWriter(new StringWriter()), "completion"))
                .isEqualTo(ExitCode.OK.number());
        Path script = Files.writeString(folder.resolve("weir"), out.toString());

        assertThat(completed(script, "weir", "dead")).contains("deadletters");
        assertThat(completed(script, "weir", "acls", "--rep")).contains("--replica");
    }

    /** What is offered for the last word, by the function that the script registers. */
    private static String completed(Path script, String... words) throws Exception {
        String line = String.join(" ", words);
        String asked = "source '" + script + "'; COMP_WORDS=(" + line + "); COMP_CWORD=" + (words.length - 1)
                + "; COMP_LINE='" + line + "'; COMP_POINT=" + line.length()
                + "; _complete_weir; printf '%s\\n' \"${COMPREPLY[@]}\"";
        Process process = new ProcessBuilder("bash", "--norc", "-c", asked)
                .redirectErrorStream(true)
                .start();
        String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return text;
    }
}
