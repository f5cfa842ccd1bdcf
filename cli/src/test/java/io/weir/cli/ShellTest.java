package io.weir.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ShellTest {
    @Test
    void onlyWhatAShellWouldChangeIsQuoted() {
        assertThat(Shell.word("/export/data-1")).isEqualTo("/export/data-1");
        assertThat(Shell.word("/my data")).isEqualTo("'/my data'");
        assertThat(Shell.word("")).isEqualTo("''");
        assertThat(Shell.weir("status", "--data", "a b")).endsWith("weir status --data 'a b'");
    }

    @ParameterizedTest
    @ValueSource(strings = {"it's", "a\nb'\\n", "~", "*", "a;b", "\u00e4 \u001b[1m", "#x", "\"", "`id`", "$HOME", "!1"})
    void aShellTakesAQuotedWordAsItIs(String word) throws IOException, InterruptedException {
        Process bash = new ProcessBuilder("bash", "-c", "printf %s " + Shell.word(word)).start();

        assertThat(new String(bash.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                .isEqualTo(word);
        assertThat(bash.waitFor()).isZero();
    }
}
