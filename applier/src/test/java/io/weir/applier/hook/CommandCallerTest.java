package io.weir.applier.hook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.weir.schemas.PathRules;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Hooks that are programs, by programs that run. */
@Timeout(120)
class CommandCallerTest {
    private static final Duration LONG = Duration.ofSeconds(60);
    private static final byte[] JSON = "{\"paths\":[]}\n".getBytes(StandardCharsets.UTF_8);

    @TempDir
    Path work;

    private Optional<String> call(Duration timeout, byte[] json, String... command) throws InterruptedException {
        return new CommandCaller("hook/test", List.of(command), Map.of("WEIR_SOURCE", "data"), work, timeout)
                .call(json);
    }

    private Optional<String> sh(Duration timeout, String script) throws InterruptedException {
        return call(timeout, JSON, "/bin/sh", "-c", script);
    }

    private static boolean isAlive(Path pidFile) throws IOException {
        String pid = Files.readString(pidFile).strip();
        return ProcessHandle.of(Long.parseLong(pid))
                .filter(ProcessHandle::isAlive)
                .isPresent();
    }

    @Test
    void programReadsTheJsonInTheReplicasDirectoryWithAFewVariables() throws Exception {
        assertThat(sh(LONG, "cat > got; env > environment; pwd > where")).isEmpty();

        assertThat(work.resolve("got")).hasBinaryContent(JSON);
        assertThat(work.resolve("where")).hasContent(work.toRealPath().toString());
        // Of the shell's own are PWD, OLDPWD, SHLVL and _.
        assertThat(Files.readAllLines(work.resolve("environment")))
                .contains("WEIR_SOURCE=data")
                .allMatch(line -> line.matches("(?:PATH|HOME|LANG|LC_ALL|TZ|WEIR_SOURCE|PWD|OLDPWD|SHLVL|_)=.*"));
    }

    @Test
    void programInheritsNoCapabilities() throws Exception {
        assertThat(sh(LONG, "grep -E '^Cap(Inh|Amb)' /proc/self/status > got")).isEmpty();

        assertThat(Files.readAllLines(work.resolve("got"))).hasSize(2).allMatch(line -> line.matches(".*\\s0+"));
    }

    @Test
    void argumentsAreNoShells() throws Exception {
        assertThat(call(LONG, JSON, "/bin/sh", "-c", "printf '%s|' \"$@\" > got", "sh", "a b", "$(id)", "*"))
                .isEmpty();

        assertThat(work.resolve("got")).hasContent("a b|$(id)|*|");
    }

    @Test
    void otherExitCodeIsAFailureThatSaysWhatItSaid() throws Exception {
        assertThat(sh(LONG, "echo no such zone >&2; exit 3")).hasValue("exit 3, saying: no such zone");
        assertThat(sh(LONG, "exit 1")).hasValue("exit 1");
        assertThat(call(LONG, JSON, "/nowhere/purge").orElseThrow()).contains("exit 127");
    }

    @Test
    void whatItSaysIsBoundedAndEscaped() throws Exception {
        String said =
                sh(LONG, "printf '\\033[31m'; yes | head -c 1000000; exit 1").orElseThrow();

        assertThat(said).startsWith("exit 1, saying: \\x1b[31m").hasSizeLessThan(8 * 1024);
    }

    @Test
    void oneThatDoesNotReadItsInputIsNoFailure() throws Exception {
        assertThat(call(LONG, new byte[4 << 20], "/bin/true")).isEmpty();
    }

    @Test
    void oneThatTakesTooLongIsKilledWithWhatItStarted() throws Exception {
        Optional<String> failure = sh(Duration.ofMillis(500), "sleep 300 & echo $! > child; echo $$ > parent; wait");

        assertThat(failure.orElseThrow()).contains("did not end within 500 ms and was killed");
        await().atMost(LONG).until(() -> !isAlive(work.resolve("child")) && !isAlive(work.resolve("parent")));
    }

    @Test
    void stopEndsItToo() throws Exception {
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        Thread caller = new Thread(() -> {
            try {
                sh(LONG, "echo $$ > running; sleep 300");
            } catch (InterruptedException e) {
                thrown.set(e);
            }
        });
        caller.start();
        await().atMost(LONG)
                .until(() -> Files.exists(work.resolve("running")) && Files.size(work.resolve("running")) > 0);

        caller.interrupt();
        caller.join();

        assertThat(thrown.get()).isInstanceOf(InterruptedException.class);
        await().atMost(LONG).until(() -> !isAlive(work.resolve("running")));
    }

    @Test
    void programsAreFoundByPathOrByName() throws Exception {
        Path program = Files.writeString(work.resolve("purge"), "#!/bin/sh\n");
        assertThat(Programs.find("purge", work.toString())).isEmpty();
        assertThat(program.toFile().setExecutable(true)).isTrue();

        assertThat(Programs.find("purge", "/nowhere:" + work)).hasValue(program);
        assertThat(Programs.find(program.toString(), null)).hasValue(program);
        assertThat(Programs.find("purge", null)).isEmpty();
        assertThat(Programs.find("./purge", work.toString())).isEmpty();
    }

    @Test
    void hookThatCannotBeCalledIsToldBeforeAnythingIsDone() throws Exception {
        Path token = Files.writeString(work.resolve("token"), "not one\ntoken");
        Hook.Web web = new Hook.Web(URI.create("https://hooks.example/"), Optional.of(token));

        Hooks.check("data", List.of(hook(new Hook.Program(List.of("sh", "-c", "")))));
        assertThatThrownBy(() -> Hooks.check("data", List.of(hook(new Hook.Program(List.of("no-such-purge"))))))
                .hasMessageContainingAll("hook h of source data", "no program 'no-such-purge'", "PATH");
        assertThatThrownBy(() -> Hooks.check("data", List.of(hook(web))))
                .hasMessageContainingAll("hook h of source data", "is no token")
                .hasMessageNotContaining("not one");
    }

    private static Hook hook(Hook.Means means) {
        return new Hook("h", means, PathRules.NONE, LONG, 1, false, 10);
    }
}
