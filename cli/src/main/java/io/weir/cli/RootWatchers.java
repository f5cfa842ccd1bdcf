package io.weir.cli;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Finds processes that watch a directory by inotify, as an agent does with a source's root: proc(5), {@code fdinfo}. */
final class RootWatchers {
    private RootWatchers() {}

    /** Their ids, as far as this user may see. */
    static List<Long> of(Path root) throws IOException {
        String watch = watch(
                ((Number) Files.getAttribute(root, "unix:ino")).longValue(),
                ((Number) Files.getAttribute(root, "unix:dev")).longValue());
        List<Long> found = new ArrayList<>();
        try (DirectoryStream<Path> processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
            for (Path each : processes) {
                if (isWatching(each, watch)) {
                    found.add(Long.valueOf(each.getFileName().toString()));
                }
            }
        }
        return found;
    }

    /** How the kernel writes of a watch of an inode. */
    static String watch(long ino, long dev) {
        long major = (dev >>> 8 & 0xfff) | (dev >>> 32 & ~0xfffL);
        long minor = (dev & 0xff) | (dev >>> 12 & ~0xffL);
        return String.format(Locale.ROOT, " ino:%x sdev:%x ", ino, major << 20 | minor);
    }

    private static boolean isWatching(Path process, String watch) {
        try (DirectoryStream<Path> descriptors = Files.newDirectoryStream(process.resolve("fdinfo"))) {
            for (Path each : descriptors) {
                if (Files.readString(each)
                        .lines()
                        .anyMatch(line -> line.startsWith("inotify ") && line.contains(watch))) {
                    return true;
                }
            }
        } catch (IOException e) {
            // It ended, or is another user's.
            return false;
        }
        return false;
    }
}
