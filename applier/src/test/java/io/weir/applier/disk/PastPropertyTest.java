package io.weir.applier.disk;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import io.weir.schemas.Restored;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterTry;
import net.jqwik.api.lifecycle.BeforeTry;

/** Any life of a small tree: what is restored is what was there. */
class PastPropertyTest {
    private Path work = Path.of("");

    @BeforeTry
    void make() throws IOException {
        work = Files.createTempDirectory("past");
    }

    @AfterTry
    void remove() throws IOException {
        try (ReplicaTree tree = ReplicaTree.open(Objects.requireNonNull(work.getParent(), "temporary"))) {
            new Deleter(tree, DeletePolicy.ALLOW)
                    .delete(RelPath.of(work.getFileName().toString()));
        }
    }

    @Property(tries = 12, shrinking = ShrinkingMode.OFF)
    void everyMomentIsRestored(@ForAll long seed) throws Exception {
        Random random = new Random(seed);
        List<String> files = List.of("a", "d/a", "d/b", "d/e/a", "d/e/f/a", "g/a");
        List<String> all = List.of("a", "d/a", "d/b", "d", "d/e", "d/e/f", "g", "g/a");
        Map<Instant, Map<String, String>> moments = new LinkedHashMap<>();
        try (Past past = new Past(work)) {
            for (int i = 0; i < 12; i++) {
                if (random.nextInt(3) > 0) {
                    past.put(files.get(random.nextInt(files.size())), "content " + i);
                } else {
                    past.delete(all.get(random.nextInt(all.size())));
                }
                Instant moment = past.moment();
                moments.put(moment, Past.snapshot(work));
            }
            int number = 0;
            for (Map.Entry<Instant, Map<String, String>> each : moments.entrySet()) {
                String to = "at" + number++;
                Restored restored =
                        restored(past.asked().restore(List.of(RelPath.ROOT), each.getKey(), to, "id" + number));
                assertThat(restored.getEntries()).isEqualTo(each.getValue().size());
                assertThat(each.getValue().isEmpty() ? Map.of() : Past.snapshot(work.resolve(".weir/restored/" + to)))
                        .as("seed %d, moment %d", seed, number - 1)
                        .isEqualTo(each.getValue());
            }
        }
    }

    private static Restored restored(ReplicaPast.Answer<Restored> answer) {
        assertThat(answer.failed()).as(answer.message()).isZero();
        return Objects.requireNonNull(answer.record(), answer.message());
    }
}
