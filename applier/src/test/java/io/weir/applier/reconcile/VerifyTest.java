package io.weir.applier.reconcile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.posix.Capability;
import io.weir.posix.Processes;
import io.weir.posix.Stat;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a look at a replica finds, and what repairs it, with real rsync. */
class VerifyTest {
    private static final List<RelPath> ALL = List.of(RelPath.ROOT);

    private static VerifyOrder order(VerifyLevel level) {
        return VerifyOrder.newBuilder().setLevel(level).build();
    }

    private static Inspection look(Bench bench, VerifyLevel level) throws InterruptedException {
        Inspection found = bench.reconciler.inspect(ALL, order(level), VerifyJournal.none(), Progress.NONE);
        assertThat(found.state()).as(found.message()).isEqualTo(Outcome.State.DONE);
        return found;
    }

    private static Map<String, String> told(Inspection found) {
        Map<String, String> told = new TreeMap<>();
        found.suspects()
                .forEach((path, each) -> told.put(path.toString(), (each.kind() + " " + each.detail()).strip()));
        return told;
    }

    private static void fill(Bench bench) throws IOException, InterruptedException {
        bench.source.mkdir("d");
        bench.source.mkdir("e");
        for (String name : List.of("content", "mode", "owner", "size", "mtime", "missing", "type", "equal\n", "d/in")) {
            bench.source.write(name, "12345678");
            bench.source.setTimes(RelPath.of(name), 1_500_000_000_123_456_789L);
        }
        bench.source.symlink("here".getBytes(java.nio.charset.StandardCharsets.UTF_8), RelPath.of("link"));
        for (String name : List.of("linked", "joined", "alone")) {
            bench.source.write(name, "of " + name);
            bench.source.setTimes(RelPath.of(name), 1_500_000_000_000_000_000L);
        }
        for (String name : List.of("linked2", "linked3")) {
            bench.source.link(RelPath.of("linked"), RelPath.of(name));
        }
        bench.source.write("joined", "of alone");
        bench.source.setTimes(RelPath.of("joined"), 1_500_000_000_000_000_000L);
        bench.baseline();
    }

    private static void plant(Bench bench) throws IOException {
        Path root = bench.replicaPath;
        FileTime time = Files.getLastModifiedTime(root.resolve("content"));
        bench.replica.write("content", "x2345678");
        bench.replica.setTimes(RelPath.of("content"), 1_500_000_000_123_456_789L);
        assertThat(Files.getLastModifiedTime(root.resolve("content"))).isEqualTo(time);
        bench.replica.chmod(RelPath.of("mode"), 0600);
        bench.replica.write("size", "1234");
        bench.replica.setTimes(RelPath.of("size"), 1_500_000_000_123_456_789L);
        bench.replica.setTimes(RelPath.of("mtime"), 1_500_000_000_123_456_788L);
        bench.replica.setTimes(RelPath.of("e"), 1_500_000_000_000_000_000L);
        bench.replica.remove("missing");
        bench.replica.remove("type");
        bench.replica.symlink(new byte[] {'x'}, RelPath.of("type"));
        bench.replica.remove("link");
        bench.replica.symlink(new byte[] {'x'}, RelPath.of("link"));
        bench.replica.mkdir("extra");
        bench.replica.write("extra/in", "1");
        bench.replica.remove("linked2");
        bench.replica.write("linked2", "of linked");
        bench.replica.setTimes(RelPath.of("linked2"), 1_500_000_000_000_000_000L);
        bench.replica.remove("joined");
        bench.replica.link(RelPath.of("alone"), RelPath.of("joined"));
        bench.replica.remove("d");
        bench.replica.write("d", "no directory");
    }

    private static final Map<String, String> BY_METADATA = Map.ofEntries(
            Map.entry("mode", "DIFFERENT mode"),
            Map.entry("size", "DIFFERENT size"),
            Map.entry("mtime", "DIFFERENT mtime"),
            Map.entry("e", "DIFFERENT mtime"),
            Map.entry("missing", "MISSING"),
            Map.entry("type", "DIFFERENT type"),
            Map.entry("link", "DIFFERENT target"),
            Map.entry("extra", "EXTRA"),
            Map.entry("linked2", "DIFFERENT links"),
            Map.entry("joined", "DIFFERENT links"),
            Map.entry("d", "DIFFERENT type"),
            Map.entry("d/in", "MISSING"));

    @Test
    void driftOfEveryKindIsFoundAtItsLevelAndRepairedAndNothingElseIsTouched(@TempDir Path work)
            throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            fill(bench);
            assertThat(told(look(bench, VerifyLevel.CHECKSUM))).isEmpty();
            plant(bench);
            Map<RelPath, Stat> before = bench.replica.walk();

            Map<String, String> metadata = told(look(bench, VerifyLevel.METADATA));
            metadata.computeIfPresent("link", (path, told) -> told.replace("target, mtime", "target"));
            Inspection found = look(bench, VerifyLevel.CHECKSUM);

            assertThat(metadata).isEqualTo(BY_METADATA);
            assertThat(told(found))
                    .containsEntry("content", "DIFFERENT content")
                    .hasSize(BY_METADATA.size() + 1);
            assertThat(bench.replica.walk()).isEqualTo(before);
            Inspection again = bench.reconciler.inspectAgain(found.suspects().values(), 0);
            assertThat(told(again)).containsAllEntriesOf(told(found));
            found.suspects()
                    .forEach((path, each) -> assertThat(
                                    each.isAsIn(again.suspects().get(path)))
                            .as(path.toString())
                            .isTrue());

            Outcome outcome =
                    bench.reconciler.reconcile(Repair.of(found.suspects().values()));

            assertThat(outcome.failed()).isEmpty();
            assertThat(told(look(bench, VerifyLevel.CHECKSUM))).isEmpty();
            assertThat(bench.replica.snapshot()).isEqualTo(bench.source.snapshot());
            Map<RelPath, Stat> after = bench.replica.walk();
            for (String untouched : List.of("equal\n", "owner", "linked3")) {
                assertThat(after.get(RelPath.of(untouched)).ino())
                        .as(untouched)
                        .isEqualTo(before.get(RelPath.of(untouched)).ino());
            }
            assertThat(after.get(RelPath.of("equal\n"))).isEqualTo(before.get(RelPath.of("equal\n")));
        }
    }

    @Test
    void ownersAreDriftWhereTheReplicaKeepsThem(@TempDir Path work) throws IOException, InterruptedException {
        assumeThat(Capability.CHOWN.isEffective()).isTrue();
        try (Bench bench = new Bench(work.resolve("kept"));
                Bench mapped = new Bench(
                        work.resolve("mapped"),
                        old -> Bench.with(
                                old,
                                RsyncOptions.of(Map.of("chown", "65534:65534", "chmod", "F600")),
                                Selection.ALL,
                                DeletePolicy.ALLOW))) {
            for (Bench each : List.of(bench, mapped)) {
                each.source.write("f", "1");
                each.baseline();
                assertThat(told(look(each, VerifyLevel.CHECKSUM))).isEmpty();
            }
            Files.setAttribute(bench.replicaPath.resolve("f"), "unix:uid", 1234);

            assertThat(told(look(bench, VerifyLevel.METADATA))).isEqualTo(Map.of("f", "DIFFERENT owner"));
        }
    }

    @Test
    void whatAReplicaKeepsOnPurposeIsNoDrift(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(
                work,
                old -> Bench.with(
                        old, RsyncOptions.DEFAULTS, Selection.of(List.of(), List.of("*.o")), DeletePolicy.NEVER))) {
            bench.source.write("f", "1");
            bench.source.write("a.o", "1");
            bench.baseline();
            bench.replica.write("extra", "1");

            assertThat(told(look(bench, VerifyLevel.METADATA))).isEmpty();
        }
    }

    @Test
    void contentsGoOnWhereTheJournalSaysAndWhatWasFoundIsLookedAtAgain(@TempDir Path work)
            throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            List<String> names = new ArrayList<>();
            for (char name = 'a'; name < 'g'; name++) {
                names.add(String.valueOf(name));
                bench.source.write(String.valueOf(name), "12345678");
                bench.source.setTimes(RelPath.of(String.valueOf(name)), 1_500_000_000_000_000_000L);
            }
            bench.baseline();
            for (String name : names) {
                bench.replica.write(name, "different".substring(0, 8));
                bench.replica.setTimes(RelPath.of(name), 1_500_000_000_000_000_000L);
            }
            VerifyJournal journal = VerifyJournal.of(bench.replicaPath.resolve(".weir"), "one");
            journal.write(new VerifyJournal.Mark(0, RelPath.of("c"), 3, 24, Bench.paths("b")));

            Inspection found = bench.reconciler.inspect(ALL, order(VerifyLevel.CHECKSUM), journal, Progress.NONE);

            assertThat(found.suspects().keySet()).containsExactlyElementsOf(Bench.paths("b", "d", "e", "f"));
            assertThat(found.files()).isEqualTo(6);
            assertThat(found.bytes()).isEqualTo(48);
            assertThat(journal.isBegun()).isTrue();
            assertThat(journal.read(0).passed()).isEqualTo(RelPath.of("f"));
            assertThat(journal.read(0).differing()).containsExactlyElementsOf(Bench.paths("b", "d", "e", "f"));
            journal.end();
            assertThat(journal.isBegun()).isFalse();
        }
    }

    @Test
    void whatTheSourceCannotListIsUnsureInEveryLook(@TempDir Path work) throws IOException, InterruptedException {
        assumeThat(Processes.effectiveUid())
                .as("a daemon of another user needs root")
                .isZero();
        try (Bench bench = new Bench(work, 65534)) {
            bench.source.mkdir("closed");
            bench.source.write("closed/f", "1");
            bench.source.write("open", "1");
            bench.baseline();
            bench.source.chmod(RelPath.of("closed"), 0);

            Inspection found = look(bench, VerifyLevel.CHECKSUM);
            Inspection again = bench.reconciler.inspectAgain(found.suspects().values(), 0);

            assertThat(found.suspects().values()).extracting(Suspect::kind).contains(DriftKind.UNSURE);
            assertThat(told(found)).doesNotContainValue("MISSING").doesNotContainValue("EXTRA");
            assertThat(told(again)).isEqualTo(told(found));
        }
    }

    @Test
    void emptiedSourceShowsNoDrift(@TempDir Path work) throws IOException, InterruptedException {
        try (Bench bench = new Bench(work)) {
            bench.source.write("f", "1");
            bench.baseline();
            bench.source.remove(".weir");

            Inspection found =
                    bench.reconciler.inspect(ALL, order(VerifyLevel.METADATA), VerifyJournal.none(), Progress.NONE);

            assertThat(found.state()).isEqualTo(Outcome.State.UNAVAILABLE);
            assertThat(found.suspects()).isEmpty();
        }
    }
}
