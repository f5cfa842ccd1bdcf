package io.weir.e2e;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/** Looks all the time at what {@code ps} would show of every process of this machine. */
final class CommandLines implements AutoCloseable {
    /** Far less than a call takes, and yet leaves the machine to the others. */
    private static final long PAUSE_NANOS = 1_000_000;

    private final Set<String> seen = ConcurrentHashMap.newKeySet();
    private final Thread thread = new Thread(this::look, "command-lines");
    private volatile boolean closed;

    private CommandLines() {
        thread.setDaemon(true);
        thread.start();
    }

    /** Begins to look. */
    static CommandLines watch() {
        return new CommandLines();
    }

    private void look() {
        while (!closed) {
            try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
                all.forEach(each -> add(each.pid()));
            }
            LockSupport.parkNanos(PAUSE_NANOS);
        }
    }

    private void add(long pid) {
        try {
            byte[] line = Files.readAllBytes(Path.of("/proc", Long.toString(pid), "cmdline"));
            seen.add(new String(line, StandardCharsets.UTF_8).replace('\0', ' '));
        } catch (IOException ended) {
            seen.add("");
        }
    }

    /** What was seen until now. */
    Set<String> seen() {
        return Set.copyOf(seen);
    }

    @Override
    public void close() {
        closed = true;
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
