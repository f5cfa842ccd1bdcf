package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What is asked for is set in each session until it expires. */
class AskedCheckpointsTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final List<String> set = new ArrayList<>();
    private AskedCheckpoints.@Nullable Session open;
    private final AskedCheckpoints checkpoints = new AskedCheckpoints("data", () -> open);

    @Test
    void eachSessionIsAskedOnceUntilTheyExpire() {
        checkpoints.ask(command("a", 60), NOW);
        checkpoints.ask(command("b", 600), NOW);
        checkpoints.set(NOW);
        assertThat(set).isEmpty();

        open = id -> set.add("first " + id);
        checkpoints.set(NOW);
        checkpoints.set(NOW);
        checkpoints.ask(command("a", 60), NOW);
        checkpoints.set(NOW);
        assertThat(set).containsExactly("first a", "first b");

        open = id -> set.add("second " + id);
        checkpoints.set(NOW.plusSeconds(61));
        assertThat(set).containsExactly("first a", "first b", "second b");
    }

    @Test
    void whatCannotBeSetNowIsTriedAgain() {
        checkpoints.ask(command("a", 60), NOW);
        open = new AskedCheckpoints.Session() {
            private int tries;

            @Override
            public void checkpoint(String id) throws IOException {
                if (tries++ == 0) {
                    throw new IOException("no watch left");
                }
                set.add(id);
            }
        };

        checkpoints.set(NOW);
        assertThat(set).isEmpty();
        checkpoints.set(NOW);
        assertThat(set).containsExactly("a");
    }

    @Test
    void whatIsExpiredOrNoNameIsRefused() {
        open = set::add;
        checkpoints.ask(command("late", -1), NOW);
        checkpoints.ask(command("../a", 60), NOW);
        checkpoints.ask(command("", 60), NOW);
        checkpoints.ask(command("x".repeat(65), 60), NOW);
        checkpoints.ask(command("0A-z", 60), NOW);

        checkpoints.set(NOW);

        assertThat(set).containsExactly("0A-z");
    }

    @Test
    void ofTooManyTheOldestAreForgotten() {
        for (int i = 0; i <= AskedCheckpoints.MOST; i++) {
            checkpoints.ask(command("c" + i, 60), NOW);
        }
        open = set::add;

        checkpoints.set(NOW);

        assertThat(set).hasSize(AskedCheckpoints.MOST).startsWith("c1").endsWith("c" + AskedCheckpoints.MOST);
    }

    private static Command command(String id, long seconds) {
        return Command.newBuilder()
                .setId(id)
                .setKind(CommandKind.CHECKPOINT)
                .setReplica("")
                .setSource("data")
                .setIssuedAt(NOW)
                .setExpiresAt(NOW.plusSeconds(seconds))
                .build();
    }
}
