package io.weir.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** A real {@code weir up}: one source, two replicas, a data directory. */
final class WeirUp implements AutoCloseable {
    private final Path source;
    private final List<Path> replicas;
    private final WeirProcess process;

    private WeirUp(Path source, List<Path> replicas, WeirProcess process) {
        this.source = source;
        this.replicas = replicas;
        this.process = process;
    }

    /** Starts the pipeline in a folder; the source is made when it is missing. */
    static WeirUp start(Path folder) throws IOException {
        Path source = Files.createDirectories(folder.resolve("source"));
        List<Path> replicas = List.of(folder.resolve("replica-1"), folder.resolve("replica-2"));
        WeirProcess process = WeirProcess.start(
                folder.resolve("weir.log"),
                "up",
                "--source",
                source.toString(),
                "--replica",
                replicas.get(0).toString(),
                "--replica",
                replicas.get(1).toString(),
                "--data",
                folder.resolve("data").toString());
        return new WeirUp(source, replicas, process);
    }

    Path source() {
        return source;
    }

    List<Path> replicas() {
        return replicas;
    }

    WeirProcess process() {
        return process;
    }

    /** See {@link EventuallyEqual}. */
    void awaitEqual() {
        EventuallyEqual.await(source, replicas, List.of(process));
    }

    @Override
    public void close() throws IOException {
        process.close();
    }
}
