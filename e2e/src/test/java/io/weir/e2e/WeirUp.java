package io.weir.e2e;

import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.Predicate;

/** A real {@code weir up}: one source, two replicas, a data directory. */
final class WeirUp implements AutoCloseable {
    private final Path source;
    private final List<Path> replicas;
    private final Path data;
    private final WeirProcess process;

    private WeirUp(Path folder) throws IOException {
        this.source = Files.createDirectories(folder.resolve("source"));
        this.replicas = List.of(folder.resolve("replica-1"), folder.resolve("replica-2"));
        this.data = folder.resolve("data");
        this.process = WeirProcess.start(
                folder.resolve("weir.log"),
                "up",
                "--source",
                source.toString(),
                "--replica",
                replicas.get(0).toString(),
                "--replica",
                replicas.get(1).toString(),
                "--data",
                data.toString());
    }

    /** Starts the pipeline in a folder; the source is made when it is missing. */
    static WeirUp start(Path folder) throws IOException {
        return new WeirUp(folder);
    }

    Path source() {
        return source;
    }

    List<Path> replicas() {
        return replicas;
    }

    Path data() {
        return data;
    }

    /** Where a file of the source is in a replica. */
    Path in(Path replica, Path file) {
        return replica.resolve(source.relativize(file));
    }

    WeirProcess process() {
        return process;
    }

    /** What is in the topics. */
    Records records() {
        return new Records(data.resolve("weir.yaml"));
    }

    /** See {@link EventuallyEqual}. */
    void awaitEqual() {
        awaitEqual(path -> false);
    }

    /** The same without some paths. */
    void awaitEqual(Predicate<RelPath> skipped) {
        EventuallyEqual.await(source, replicas, skipped, List.of(process));
    }

    /** The same for one directory at the top with its own times, whatever happens in others. */
    void awaitEqual(Path directory) {
        awaitEqual(directory, path -> false);
    }

    /** The same without some paths. */
    void awaitEqual(Path directory, Predicate<RelPath> skipped) {
        RelPath only = RelPath.of(source.relativize(directory).toString());
        awaitEqual(path -> !path.isRoot() && !path.equals(only) && (!path.isBelow(only) || skipped.test(path)));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
