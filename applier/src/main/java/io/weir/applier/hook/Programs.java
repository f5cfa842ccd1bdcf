package io.weir.applier.hook;

import java.io.File;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Finds programs as a shell would, without one. */
final class Programs {
    private Programs() {}

    /**
     * The program with this name.
     *
     * @param name an absolute path, or a name to be looked for
     * @param searched directories separated by ':', as in PATH; null for none
     */
    static Optional<Path> find(String name, @Nullable String searched) {
        if (name.contains("/")) {
            return Optional.of(Path.of(name)).filter(Path::isAbsolute).filter(Programs::runs);
        }
        return Arrays.stream((searched == null ? "" : searched).split(File.pathSeparator, -1))
                .filter(directory -> directory.startsWith("/"))
                .map(directory -> Path.of(directory, name))
                .filter(Programs::runs)
                .findFirst();
    }

    private static boolean runs(Path file) {
        return Files.isRegularFile(file) && Files.isExecutable(file);
    }
}
