package io.weir.e2e;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** A setting of the kernel that a scenario changes for a while; it is put back also when the test fails or is ended. */
final class Sysctl implements AutoCloseable {
    private final Path file;
    private final String before;
    private final Thread atExit = new Thread(this::restore);

    private Sysctl(Path file) throws IOException {
        this.file = file;
        // In one read: the kernel gives the value to the first read only, and Files.readString begins with a single
        // byte.
        try (BufferedReader reader = Files.newBufferedReader(file)) {
            this.before = reader.readLine();
        }
        Runtime.getRuntime().addShutdownHook(atExit);
    }

    /** Sets it, by its path below {@code /proc/sys}. */
    static Sysctl set(String name, String value) throws IOException {
        Sysctl sysctl = new Sysctl(Path.of("/proc/sys", name));
        Files.writeString(sysctl.file, value);
        return sysctl;
    }

    private void restore() {
        try {
            Files.writeString(file, before);
        } catch (IOException e) {
            throw new UncheckedIOException("put " + before + " back into " + file, e);
        }
    }

    @Override
    public String toString() {
        return "another value than " + before + " in " + file;
    }

    @Override
    public void close() {
        restore();
        Runtime.getRuntime().removeShutdownHook(atExit);
    }
}
