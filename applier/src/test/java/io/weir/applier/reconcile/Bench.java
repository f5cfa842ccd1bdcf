package io.weir.applier.reconcile;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.Trash;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import io.weir.schemas.TemporaryNames;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/** A source behind an rsync daemon, a replica, a directory outside of both, and a reconciler between them. */
final class Bench implements AutoCloseable {
    static final UUID ID = UUID.fromString("00000000-0000-4000-8000-000000000001");

    final Path sourcePath;
    final Path replicaPath;
    final Path outsidePath;
    final TestTree source;
    final TestTree replica;
    final TestTree outside;
    final RsyncReconciler reconciler;
    private final RsyncDaemon daemon;

    Bench(Path work, ReconcilerTweak tweak) throws IOException {
        this(work, 0, Integer.MAX_VALUE, tweak);
    }

    /** With lists of at most so many paths. */
    Bench(Path work, ReconcilerTweak tweak, int limit) throws IOException {
        this(work, 0, limit, tweak);
    }

    /** Served by a daemon of another user, when the tests are root. */
    Bench(Path work, int uid) throws IOException {
        this(work, uid, Integer.MAX_VALUE, settings -> settings);
    }

    private Bench(Path work, int uid, int limit, ReconcilerTweak tweak) throws IOException {
        sourcePath = Files.createDirectories(work.resolve("source"));
        replicaPath = Files.createDirectories(work.resolve("replica"));
        outsidePath = Files.createDirectories(work.resolve("outside"));
        source = new TestTree(sourcePath);
        replica = new TestTree(replicaPath);
        outside = new TestTree(outsidePath);
        source.mkdir(".weir");
        source.write(".weir/id-" + ID, "");
        outside.mkdir("a");
        outside.write("a/b", "outside");
        daemon = RsyncDaemon.serve(sourcePath, work, uid);
        ReconcilerSettings settings = new ReconcilerSettings(
                "data",
                "backup",
                replicaPath,
                ID,
                daemon.endpoint(),
                RsyncOptions.DEFAULTS,
                Selection.ALL,
                PathRules.of(TemporaryNames.DEFAULTS),
                Duration.ofSeconds(10),
                DeletePolicy.ALLOW,
                DeleteBreaker.Limits.DEFAULTS,
                Optional.empty());
        reconciler = new RsyncReconciler(tweak.apply(settings), () -> {}, new SimpleMeterRegistry(), limit);
    }

    Bench(Path work) throws IOException {
        this(work, settings -> settings);
    }

    /** Changes the settings of a test. */
    @FunctionalInterface
    interface ReconcilerTweak {
        ReconcilerSettings apply(ReconcilerSettings settings);
    }

    /** The settings with other options and filters. */
    static ReconcilerSettings with(
            ReconcilerSettings old, RsyncOptions options, Selection selection, DeletePolicy deletePolicy) {
        return with(old, options, selection, deletePolicy, old.breaker(), old.trash());
    }

    /** The settings with another breaker. */
    static ReconcilerSettings with(ReconcilerSettings old, DeleteBreaker.Limits breaker) {
        return with(old, old.options(), old.selection(), old.deletePolicy(), breaker, old.trash());
    }

    /** The settings with a trash. */
    static ReconcilerSettings with(ReconcilerSettings old, Trash.Keep trash) {
        return with(old, old.options(), old.selection(), old.deletePolicy(), old.breaker(), Optional.of(trash));
    }

    private static ReconcilerSettings with(
            ReconcilerSettings old,
            RsyncOptions options,
            Selection selection,
            DeletePolicy deletePolicy,
            DeleteBreaker.Limits breaker,
            Optional<Trash.Keep> trash) {
        return new ReconcilerSettings(
                old.source(),
                old.replica(),
                old.root(),
                old.sourceId(),
                old.endpoint(),
                options,
                selection,
                old.temporaries(),
                old.tempGrace(),
                deletePolicy,
                breaker,
                trash);
    }

    static RsyncOptions impatient() {
        return RsyncOptions.of(Map.of("timeout", "2s"));
    }

    Outcome reconcile(Target... targets) throws InterruptedException {
        return reconciler.reconcile(List.of(targets));
    }

    /** Reconciles paths with what is observed at the source now. */
    Outcome apply(String... paths) throws IOException, InterruptedException {
        List<Target> targets = new ArrayList<>();
        for (String path : paths) {
            targets.add(source.target(path));
        }
        return reconciler.reconcile(targets);
    }

    Outcome baseline() throws IOException, InterruptedException {
        return reconcile(source.recursive(RelPath.ROOT));
    }

    /** The names that are left among temporary files. */
    List<Path> temporaryFiles() throws IOException {
        try (var files = Files.walk(replicaPath.resolve(".weir/tmp"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    static List<RelPath> paths(String... paths) {
        return Arrays.stream(paths).map(RelPath::of).toList();
    }

    RsyncEndpoint endpoint() {
        return daemon.endpoint();
    }

    void stopDaemon() throws IOException {
        daemon.close();
    }

    @Override
    public void close() throws IOException {
        reconciler.close();
        daemon.close();
        source.close();
        replica.close();
        outside.close();
    }
}
