package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/**
 * Random operations on a tree, told late and observed later still, folded, flushed at random times, with crashes that lose
 * whatever a crash may lose, applied late: the replica ends equal to the source, as one does that applies every raw change.
 */
class CoalesceModelTest {
    @Property(tries = 1500)
    void batchesGiveTheSameTreeAsEveryChange(@ForAll long seed) {
        Pipeline pipeline = new Pipeline(new Random(seed));

        pipeline.run();

        assertThat(pipeline.everyChange.entries())
                .as("every change, seed %d", seed)
                .isEqualTo(pipeline.source.entries());
        assertThat(pipeline.replica.entries()).as("batches, seed %d", seed).isEqualTo(pipeline.source.entries());
    }

    private static final class Pipeline {
        private final Random random;
        private final ModelTree source = new ModelTree();
        private final ModelTree replica = new ModelTree();
        private final ModelTree everyChange = new ModelTree();
        private final AggregatorSettings settings = ChangeBuilder.settings(7, 512 * 1024);
        private final MemoryStore store = new MemoryStore();
        private final ChangeBuilder agent = new ChangeBuilder();
        private final Deque<ModelTree.Told> untold = new ArrayDeque<>();
        private final List<Change> topic = new ArrayList<>();
        private final List<Batch> unacknowledged = new ArrayList<>();
        private final Deque<Batch> unapplied = new ArrayDeque<>();
        private SourceBuffer buffer = store.restored(settings, 0);
        private int read;
        private int committed;
        private long lastBatch;
        private long now = 1_000_000;

        Pipeline(Random random) {
            this.random = random;
        }

        void run() {
            int steps = 10 + random.nextInt(150);
            // Some runs are told of everything at once, some late; some flush often, some rarely.
            int told = 1 + random.nextInt(6);
            int flushed = 1 + random.nextInt(6);
            seedReplica();
            for (int i = 0; i < steps; i++) {
                source.mutate(random, untold);
                now += random.nextInt(60);
                if (random.nextInt(told) == 0) {
                    tell(1 + random.nextInt(untold.size() + 1));
                }
                process();
                if (random.nextInt(flushed) == 0) {
                    flush();
                }
                if (random.nextInt(8) == 0) {
                    commit();
                }
                if (random.nextInt(25) == 0) {
                    crash();
                }
                apply(random.nextInt(4));
            }
            finish();
        }

        /** What is there before the first change is on the replicas already, from their baseline. */
        private void seedReplica() {
            for (int i = 0; i < 15; i++) {
                source.mutate(random, untold);
            }
            untold.clear();
            replica.reconcile(RelPath.ROOT, FileType.DIRECTORY, true, source);
            everyChange.reconcile(RelPath.ROOT, FileType.DIRECTORY, true, source);
        }

        private void finish() {
            tell(untold.size());
            process();
            now += 60_000;
            flush();
            now += 60_000;
            flush();
            commit();
            apply(unapplied.size());
            assertThat(buffer.pendingPaths()).isZero();
        }

        private void tell(int count) {
            for (int i = 0; i < count && !untold.isEmpty(); i++) {
                ModelTree.Told event = untold.remove();
                FileType type = source.type(event.path());
                Change.Builder change =
                        agent.build(event.kind(), event.path().toString(), ChangeBuilder.observed(type));
                RelPath from = event.movedFrom();
                if (from != null) {
                    change.setMovedFrom(from.toField());
                    everyChange.reconcile(from, FileType.ABSENT, false, source);
                }
                topic.add(change.build());
                boolean recursive = event.kind() == ChangeKind.MOVED || event.kind() == ChangeKind.DELETED;
                everyChange.reconcile(event.path(), type, recursive, source);
            }
        }

        private void process() {
            for (; read < topic.size(); read++) {
                Change change = topic.get(read);
                assertThat(buffer.accept(change, now).gap()).isNull();
                ByteBuffer from = change.getMovedFrom();
                buffer.apply(change, RelPath.of(change.getPath()), from == null ? null : RelPath.of(from), now);
            }
        }

        private void flush() {
            for (Batch batch : buffer.flush(now)) {
                assertThat(batch.getSequence()).isLessThanOrEqualTo(lastBatch + 1);
                lastBatch = batch.getSequence();
                unacknowledged.add(batch);
            }
        }

        private void commit() {
            unapplied.addAll(unacknowledged);
            unacknowledged.clear();
            store.commit();
            committed = read;
            buffer.committed();
        }

        private void crash() {
            int acknowledged = random.nextInt(unacknowledged.size() + 1);
            unapplied.addAll(unacknowledged.subList(0, acknowledged));
            unacknowledged.clear();
            store.keep(random.nextInt(store.writes() + 1));
            buffer = store.restored(settings, now);
            read = committed;
        }

        private void apply(int count) {
            for (int i = 0; i < count && !unapplied.isEmpty(); i++) {
                for (BatchPath path : unapplied.remove().getPaths()) {
                    RelPath target = RelPath.of(path.getPath());
                    replica.reconcile(target, path.getObserved().getType(), path.getRecursive(), source);
                }
            }
        }
    }
}
