package io.weir.aggregator;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.BatchPath;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BatcherTest {
    @Test
    void cutsByCountInOrder() {
        List<List<String>> batches =
                split(new Batcher(2, 100_000), entry("b/c"), entry("a"), entry("b"), entry("b-"), entry("z"));

        assertThat(batches).containsExactly(List.of("a", "b"), List.of("b/c", "b-"), List.of("z"));
    }

    @Test
    void cutsByBytesAndSendsAnOversizePathAlone() {
        String big = "x".repeat(3000);

        assertThat(split(new Batcher(100, 1000), entry("a"), entry(big), entry("z")))
                .containsExactly(List.of("a"), List.of(big), List.of("z"));
    }

    @Test
    void keepsNamesOfAnInodeTogether() {
        List<List<String>> batches =
                split(new Batcher(3, 100_000), entry("a", 5), entry("b"), entry("c"), entry("d", 6), entry("e", 5));

        assertThat(batches).containsExactly(List.of("b", "c"), List.of("a", "e", "d"));
    }

    @Test
    void cutsAGroupThatIsBiggerThanARecord() {
        assertThat(split(new Batcher(2, 100_000), entry("a", 5), entry("b", 5), entry("c", 5)))
                .containsExactly(List.of("a", "b"), List.of("c"));
    }

    @Test
    void estimateIsNeverLessThanTheRecord() throws Exception {
        Observed wide = Observed.newBuilder()
                .setType(FileType.OTHER)
                .setSize(Long.MIN_VALUE)
                .setMtimeNanos(Long.MIN_VALUE)
                .setMode(Integer.MIN_VALUE)
                .setUid(Long.MIN_VALUE)
                .setGid(Long.MIN_VALUE)
                .setLinks(Long.MIN_VALUE)
                .setDev(Long.MIN_VALUE)
                .setIno(Long.MIN_VALUE)
                .setBlockedBy(ChangeBuilder.bytes("a/b"))
                .build();
        Pending pending = new Pending(
                ChangeFold.State.TREE, true, wide, ChangeBuilder.path("from"), Long.MAX_VALUE / 2, 0, 0, 1, null);
        Batcher.Entry entry = new Batcher.Entry(ChangeBuilder.path("a/b/c"), pending);

        BatchPath record = Entries.toBatchPath(entry.path(), pending);

        assertThat(entry.size()).isGreaterThanOrEqualTo(record.toByteBuffer().remaining());
    }

    private static List<List<String>> split(Batcher batcher, Batcher.Entry... entries) {
        List<List<String>> names = new ArrayList<>();
        for (List<Batcher.Entry> batch : batcher.split(List.of(entries))) {
            names.add(batch.stream().map(each -> each.path().toString()).toList());
        }
        return names;
    }

    private static Batcher.Entry entry(String path) {
        return entry(path, ChangeBuilder.observed(FileType.FILE));
    }

    private static Batcher.Entry entry(String path, long ino) {
        return entry(path, ChangeBuilder.linked(ino));
    }

    private static Batcher.Entry entry(String path, Observed observed) {
        Pending pending = new Pending(ChangeFold.State.READY, false, observed, null, 0, 0, 0, 1, null);
        return new Batcher.Entry(ChangeBuilder.path(path), pending);
    }
}
