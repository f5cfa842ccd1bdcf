package io.weir.agent.rsyncd;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;

/** Tells whether files were written or replaced. Used by one thread at a time. */
final class FileStamps {
    private final List<Path> files;
    private List<String> taken = List.of();
    private List<String> last = List.of();

    /** Of these files. */
    FileStamps(List<Path> files) {
        this.files = List.copyOf(files);
    }

    /** What is there now is known from here on. */
    void renewed() {
        taken = look();
        last = taken;
    }

    /** Whether there is something else than was known, and it rests since the last look: several files are written one by one. */
    boolean haveChanged() {
        List<String> now = look();
        boolean rests = now.equals(last);
        last = now;
        return rests && !now.equals(taken);
    }

    private List<String> look() {
        return files.stream().map(FileStamps::stamp).toList();
    }

    private static String stamp(Path file) {
        try {
            BasicFileAttributes now = Files.readAttributes(file, BasicFileAttributes.class);
            return now.fileKey() + " " + now.lastModifiedTime().toInstant() + " " + now.size();
        } catch (IOException e) {
            return "unreadable: " + e.getMessage();
        }
    }
}
