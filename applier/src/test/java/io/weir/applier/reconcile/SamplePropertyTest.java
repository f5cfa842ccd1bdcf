package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyLevel;
import java.util.NavigableMap;
import java.util.TreeMap;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;

/** Which files are read, and in which chunks. */
class SamplePropertyTest {
    private static Sample sample(int percent, long seed) {
        return new Sample(VerifyLevel.SAMPLE, percent, seed);
    }

    @Property(tries = 200)
    void largerPartTakesTheSameAndMore(@ForAll long seed, @ForAll @IntRange(max = 100) int percent) {
        int taken = 0;
        for (int i = 0; i < 1_000; i++) {
            RelPath path = RelPath.of("directory/" + i);
            boolean isTaken = sample(percent, seed).takes(path);
            taken += isTaken ? 1 : 0;
            assertThat(isTaken).isEqualTo(sample(percent, seed).takes(path));
            assertThat(!isTaken || sample(Math.min(100, percent + 1), seed).takes(path))
                    .isTrue();
        }
        assertThat(taken).isBetween(10 * percent - 100, 10 * percent + 100);
        assertThat(sample(0, seed).takes(RelPath.of("a"))).isFalse();
        assertThat(sample(100, seed).takes(RelPath.of("a"))).isTrue();
    }

    @Property(tries = 200)
    void chunksHoldEveryFileOnceInOrderAndAreBoundedButForOneLargeFile(
            @ForAll @IntRange(max = 300) int files,
            @ForAll @LongRange(max = 50_000_000) long size,
            @ForAll @LongRange(max = 10_000_000) long rate) {
        NavigableMap<RelPath, Long> all = new TreeMap<>();
        for (int i = 0; i < files; i++) {
            all.put(RelPath.of("f" + i), size + i);
        }
        NavigableMap<RelPath, Long> left = new TreeMap<>(all);
        for (ContentChunk chunk : ContentChunk.of(all, rate)) {
            assertThat(chunk.paths()).isNotEmpty().isSorted();
            assertThat(chunk.bytes())
                    .isEqualTo(chunk.paths().stream().mapToLong(left::get).sum());
            assertThat(chunk.paths().size() == 1 || chunk.bytes() <= 512L << 20).isTrue();
            assertThat(chunk.paths().size() == 1 || rate == 0 || chunk.bytes() <= Math.max(1 << 20, 5 * rate))
                    .isTrue();
            assertThat(chunk.paths().get(0)).isEqualTo(left.firstKey());
            chunk.paths().forEach(left::remove);
            assertThat(chunk.restNanos(rate, 0) == 0 || rate > 0).isTrue();
        }
        assertThat(left).isEmpty();
    }
}
