package io.weir.aggregator;

import static io.weir.schemas.ChangeKind.ATTRIBUTES;
import static io.weir.schemas.ChangeKind.CREATED;
import static io.weir.schemas.ChangeKind.DELETED;
import static io.weir.schemas.FileType.ABSENT;
import static io.weir.schemas.FileType.DIRECTORY;
import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Change;
import io.weir.schemas.RelPath;
import java.util.List;
import org.junit.jupiter.api.Test;

/** A crash that loses a batch which was sent and not acknowledged, while the store has later changes of the same paths. */
class LostBatchTest {
    private final MemoryStore store = new MemoryStore();
    private final ChangeBuilder agent = new ChangeBuilder();
    private SourceBuffer buffer = store.restored(ChangeBuilder.settings(), 0);
    private long now = 1_000_000;

    @Test
    void whatWasBelowADirectoryIsNotForgottenForALaterChangeOfTheDirectoryItself() {
        apply(agent.change(DELETED, "d", ABSENT));
        assertThat(flush()).containsExactly("d -");
        apply(agent.change(CREATED, "d", DIRECTORY));
        assertThat(flush()).containsExactly("d");
        apply(agent.change(ATTRIBUTES, "d", DIRECTORY));
        store.keep(store.writes());

        buffer = store.restored(ChangeBuilder.settings(), now);

        assertThat(flush()).as("replicas have what was in the former directory").containsExactly("d /");
        buffer.committed();
        apply(agent.change(ATTRIBUTES, "d", DIRECTORY));
        assertThat(flush()).containsExactly("d");
    }

    private void apply(Change change) {
        assertThat(buffer.accept(change, now).gap()).isNull();
        buffer.apply(change, RelPath.of(change.getPath()), null, now);
    }

    private List<String> flush() {
        now += 1_000;
        return buffer.flush(now).stream()
                .flatMap(batch -> SourceBufferTest.show(batch).stream())
                .toList();
    }
}
