package io.weir.e2e;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A file system that a scenario mounts, as root; unmounted at the end, also of a failed test and of a killed one. */
final class Mounted implements AutoCloseable {
    private final Path at;
    private final List<String> how;
    private boolean mounted;

    private Mounted(Path at, String... how) throws IOException, InterruptedException {
        this.at = Files.createDirectories(at);
        this.how = List.of(how);
        Runtime.getRuntime().addShutdownHook(new Thread(this::closeAtExit));
        mount();
    }

    /** A new file system in memory. */
    static Mounted tmpfs(Path at, String size) throws IOException, InterruptedException {
        return new Mounted(at, "-t", "tmpfs", "-o", "mode=755,size=" + size, "weir-test");
    }

    /**
     * A new ext4 file system in a file, on a loop device. It outlives {@link #unmount}, as a disk does, and goes on below those who
     * had it open.
     */
    static Mounted disk(Path at, Path image, String size) throws IOException, InterruptedException {
        assumeTrue(
                Files.exists(Path.of("/dev/loop-control"))
                        && Stream.of("/sbin/mkfs.ext4", "/usr/sbin/mkfs.ext4")
                                .anyMatch(file -> Files.exists(Path.of(file))),
                "skipped: no loop devices here, or no mkfs.ext4 (package e2fsprogs)");
        Shell.run(Path.of("/"), "truncate", "--size", size, image.toString());
        Shell.run(Path.of("/"), "mkfs.ext4", "-q", "-F", image.toString());
        Mounted disk = new Mounted(at, "-o", "loop", image.toString());
        Files.deleteIfExists(at.resolve("lost+found"));
        return disk;
    }

    /** Mounts it, also again after {@link #unmount}; a file system in memory is a new one then. */
    synchronized void mount() throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(how);
        command.add(0, "mount");
        command.add(at.toString());
        Shell.run(Path.of("/"), command.toArray(String[]::new));
        mounted = true;
    }

    /** Where it is. */
    Path at() {
        return at;
    }

    /** Changes options of the file system, such as {@code size=64m} or {@code ro}. */
    void remount(String options) throws IOException, InterruptedException {
        Shell.run(Path.of("/"), "mount", "-o", "remount," + options, at.toString());
    }

    /** Takes it away under the feet of those who use it; the empty directory below shows. */
    synchronized void unmount() throws IOException, InterruptedException {
        if (mounted) {
            mounted = false;
            Shell.run(Path.of("/"), "umount", "-l", at.toString());
        }
    }

    @Override
    public void close() throws IOException {
        try {
            unmount();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException("interrupted while unmounting " + at, e);
        }
    }

    private void closeAtExit() {
        try {
            close();
        } catch (IOException e) {
            System.err.println("still mounted: " + at + ": " + e);
        }
    }
}
