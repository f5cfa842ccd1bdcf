package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * The classes of Weir's processes, read and verified once for all of them (class data sharing, JEP 350), as each start of one costs
 * seconds of processor time. They are those that a {@code weir up} loads until its replica has a first file.
 */
final class ClassArchive {
    private static final Path FILE = Path.of("target", "weir.jsa").toAbsolutePath();

    /** The class path of all processes: the JVM takes an archive only if those of its jars come first, and no directory. */
    static final String CLASS_PATH = path(Stream.concat(entries(true), entries(false)));

    private static @Nullable List<String> options;

    private ClassArchive() {}

    /** Options for the JVM; the first call makes the archive. */
    static synchronized List<String> options() {
        List<String> known = options;
        if (known == null) {
            // Kept quiet, since tests read what processes print.
            known = make()
                    ? List.of("-XX:SharedArchiveFile=" + FILE, "-Xlog:cds*=off", "-Xlog:class+path=off")
                    : List.of();
            options = known;
        }
        return known;
    }

    private static Stream<String> entries(boolean isJar) {
        return Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> isJar == Files.isRegularFile(Path.of(entry)));
    }

    private static String path(Stream<String> entries) {
        return entries.collect(Collectors.joining(File.pathSeparator));
    }

    private static boolean make() {
        try {
            Files.deleteIfExists(FILE);
            Path folder = Files.createTempDirectory("weir-classes").toRealPath();
            try {
                Files.writeString(
                        Files.createDirectories(folder.resolve("source")).resolve("first"), "first");
                run(folder);
            } finally {
                Shell.run(folder.getParent(), "rm", "-rf", folder.toString());
            }
        } catch (IOException e) {
            throw new IllegalStateException("make an archive of classes", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted", e);
        }
        if (!Files.exists(FILE)) {
            System.out.println("no archive of classes with this Java: processes take longer to start");
        }
        return Files.exists(FILE);
    }

    private static void run(Path folder) throws IOException, InterruptedException {
        Path replica = folder.resolve("replica");
        Path log = folder.resolve("weir.log");
        List<String> command = new ArrayList<>(WeirProcess.JAVA);
        command.addAll(List.of("-XX:ArchiveClassesAtExit=" + FILE, "-cp", path(entries(true)), WeirProcess.WEIR, "up"));
        command.addAll(List.of("--source", folder.resolve("source").toString(), "--replica", replica.toString()));
        command.addAll(List.of("--data", folder.resolve("data").toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        try {
            Awaitility.await("weir up, to learn what classes it loads")
                    .atMost(EventuallyEqual.DEADLINE)
                    .failFast(() -> assertThat(process.isAlive())
                            .as(Files.readString(log))
                            .isTrue())
                    .until(() -> Files.exists(replica.resolve("first")));
            process.destroy();
            assertThat(process.waitFor(EventuallyEqual.DEADLINE.toSeconds(), TimeUnit.SECONDS))
                    .isTrue();
        } finally {
            process.destroyForcibly();
        }
    }
}
