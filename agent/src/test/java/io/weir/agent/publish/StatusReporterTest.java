package io.weir.agent.publish;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class StatusReporterTest {
    private final List<String> asked = new ArrayList<>();
    private boolean away;

    private final StatusReporter reporter =
            new StatusReporter(this::append, List.of(() -> status("one"), () -> status("two")));

    @Test
    void whileKafkaIsAwayOneSourceIsEnoughToKnow() {
        away = true;
        reporter.report();

        assertThat(asked).containsExactly("one");
        assertThat(reporter.trouble()).hasValueSatisfying(why -> assertThat(why).contains("told to fail"));

        away = false;
        reporter.report();

        assertThat(asked).containsExactly("one", "one", "two");
        assertThat(reporter.trouble()).isEmpty();
    }

    private CompletableFuture<Long> append(String key, @Nullable Status status) {
        asked.add(key);
        return away
                ? CompletableFuture.failedFuture(new IllegalStateException("told to fail"))
                : CompletableFuture.completedFuture(1L);
    }

    private static Status status(String component) {
        assertThat(RecordSerde.of(Status.class)).isNotNull();
        return Status.newBuilder()
                .setComponent(component)
                .setRole(Role.AGENT)
                .setInstance("test")
                .setAt(Instant.EPOCH)
                .build();
    }
}
