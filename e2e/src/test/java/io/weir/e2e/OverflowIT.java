package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A source that is too fast for the queue of its events. */
@Isolated("every agent that starts meanwhile would have the small queue")
class OverflowIT {
    private static final int STILL_FILES = 100;

    /** {@code -Dweir.overflow.files=100000} is the long form. */
    private static final int BURST = Integer.getInteger("weir.overflow.files", 10_000);

    private static final int BURST_DIRECTORIES = 100;

    @TempDir
    Path folder;

    @Test
    @Tag("extended")
    void anOverflowOfTheEventQueueIsMadeUpForByAScan() throws Exception {
        Root.required("make the event queue small");
        Seeds.next("overflow by " + BURST + " files");
        int port = Ports.free();
        NoUnexplainedDelete.makeFiles(folder.resolve("source"), STILL_FILES);
        try (Sysctl queue = Sysctl.set("fs/inotify/max_queued_events", "1024");
                Stages stages = StagesPlan.in(folder)
                        .hasty()
                        .settings("agent", "health.port: " + port + "\n")
                        .start()) {
            stages.awaitEqual();
            try (NoUnexplainedDelete watch = NoUnexplainedDelete.watch(stages.source(), stages.replicas())) {
                // In directories that are watched already; those that are made meanwhile tell nothing.
                for (int i = 0; i < BURST_DIRECTORIES; i++) {
                    Files.createDirectories(stages.source().resolve("burst/d" + i));
                }
                stages.awaitEqual();
                // Half of it while the agent cannot read at all, so that even the fastest machine overflows.
                stages.process("agent").suspend();
                burst(stages.source(), 0, BURST / 2);
                stages.process("agent").resume();
                burst(stages.source(), BURST / 2, BURST);
                stages.awaitEqual();
                assertThat(new Metrics(port).value("weir_agent_overflows_total"))
                        .as("overflows with %s", queue)
                        .isPositive();
                watch.assertNone();
            }
        }
    }

    private static void burst(Path source, int from, int to) throws IOException {
        for (int i = from; i < to; i++) {
            Path directory = source.resolve("burst/d" + i % BURST_DIRECTORIES);
            Files.writeString(directory.resolve("f" + i), "content " + i);
            if (i % 10 == 9) {
                Files.delete(directory
                        .resolveSibling("d" + (i - 9) % BURST_DIRECTORIES)
                        .resolve("f" + (i - 9)));
            }
        }
    }
}
