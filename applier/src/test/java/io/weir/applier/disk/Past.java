package io.weir.applier.disk;

import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A replica with a trash, written to as pulls do it. */
final class Past implements AutoCloseable {
    static final Trash.Keep KEEP = new Trash.Keep(Duration.ofDays(30), 0);
    /** More than a tick of the kernel's clock. */
    private static final Duration APART = Duration.ofMillis(25);

    final Path root;
    final ReplicaTree tree;
    final Trash trash;
    final Deleter deleter;

    Past(Path root) throws IOException {
        this.root = root;
        Files.createDirectories(root.resolve(".weir/tmp"));
        this.tree = ReplicaTree.open(root);
        this.trash = new Trash(tree, KEEP, InstantSource.system());
        this.deleter = new Deleter(tree, DeletePolicy.ALLOW, trash);
    }

    ReplicaPast asked() {
        return new ReplicaPast(root, () -> {}, Optional.of(KEEP), Optional.empty());
    }

    /** As rsync: another file, a further name of the old one in the trash, and a rename. */
    void put(String path, String content) throws IOException {
        Path fresh = Files.writeString(root.resolve(".weir/tmp/x"), content);
        Path place = root.resolve(path);
        if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            Path kept = root.resolve(trash.directory()).resolve(path);
            Files.createDirectories(kept.getParent());
            Files.createLink(kept, place);
        } else {
            Files.createDirectories(place.getParent());
        }
        Files.move(fresh, place, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    }

    void delete(String path) throws IOException {
        deleter.delete(RelPath.of(path));
    }

    /** A moment that everything before lies before and everything after lies after, by the file system's clock too. */
    Instant moment() throws IOException {
        Instant now = Instant.now();
        byte[] name = "clock".getBytes(StandardCharsets.US_ASCII);
        try (Fd directory = tree.openDirectory(RelPath.of(".weir/tmp"))) {
            Instant born;
            do {
                Fs.createFile(directory, name, 0600).close();
                born = Instant.EPOCH.plusNanos(Objects.requireNonNull(Fs.lstat(directory, name), "made")
                        .btimeNanos());
                Fs.unlink(directory, name);
            } while (born.isBefore(now.plus(APART)));
        }
        return now.plus(APART.dividedBy(2));
    }

    /** What is there, without Weir's own. */
    static Map<String, String> snapshot(Path top) throws IOException {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(top)) {
            all.filter(each -> !each.equals(top) && !each.startsWith(top.resolve(".weir")))
                    .forEach(each -> found.put(top.relativize(each).toString(), body(each)));
        }
        return found;
    }

    private static String body(Path path) {
        try {
            return Files.isSymbolicLink(path)
                    ? "to " + Files.readSymbolicLink(path)
                    : Files.isDirectory(path) ? "directory" : "file " + Files.readString(path);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        tree.close();
    }
}
