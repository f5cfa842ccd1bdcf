package io.weir.service;

import static java.nio.file.StandardOpenOption.CREATE;
import static java.nio.file.StandardOpenOption.CREATE_NEW;
import static java.nio.file.StandardOpenOption.TRUNCATE_EXISTING;
import static java.nio.file.StandardOpenOption.WRITE;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Replaces small files as a whole. */
public final class DurableFile {
    private static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rw-------");

    private DurableFile() {}

    /**
     * Writes the content aside, syncs it and renames it: a crash leaves the old file or the new one, whole, and the new one is on disk
     * when this returns. One writer of a file at a time.
     *
     * @throws IOException when the disk refuses; the old file stands then
     */
    public static void replace(Path file, byte[] content) throws IOException {
        Path aside = aside(file);
        replace(file, aside, content, Set.of(CREATE, WRITE, TRUNCATE_EXISTING));
    }

    /** The same with a file that only its owner may read and write (mode 0600), from its first byte on. */
    public static void replacePrivately(Path file, byte[] content) throws IOException {
        Path aside = aside(file);
        Files.deleteIfExists(aside);
        replace(file, aside, content, Set.of(CREATE_NEW, WRITE), PosixFilePermissions.asFileAttribute(PRIVATE));
    }

    private static Path aside(Path file) {
        return file.resolveSibling(file.getFileName() + ".new");
    }

    private static void replace(
            Path file, Path aside, byte[] content, Set<StandardOpenOption> options, FileAttribute<?>... attributes)
            throws IOException {
        try (FileChannel out = FileChannel.open(aside, options, attributes)) {
            ByteBuffer bytes = ByteBuffer.wrap(content);
            while (bytes.hasRemaining()) {
                out.write(bytes);
            }
            out.force(true);
        }
        move(aside, file);
    }

    /**
     * Renames a file or directory within its directory, in one step, and syncs that.
     *
     * @throws IOException when the disk refuses
     */
    public static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        // The rename itself is durable with its directory.
        syncDirectory(to.resolveSibling("."));
    }

    /**
     * Makes durable which names a directory has.
     *
     * @throws IOException when the disk refuses
     */
    public static void syncDirectory(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        }
    }
}
