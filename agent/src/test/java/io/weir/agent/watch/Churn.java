package io.weir.agent.watch;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;

/** Random operations on a tree, from a few names so that they meet each other; what fails because another was faster is left. */
final class Churn implements Runnable {
    private final Path root;
    private final Path outside;
    private final Random random;
    private final int operations;
    private int failures;

    Churn(Path root, Path outside, long seed, int operations) {
        this.root = root;
        this.outside = outside;
        this.random = new Random(seed);
        this.operations = operations;
    }

    @Override
    public void run() {
        for (int i = 0; i < operations; i++) {
            failures += attempt() ? 0 : 1;
        }
    }

    /** How many operations failed because another thread was faster, or the names did not fit: fine here. */
    int failures() {
        return failures;
    }

    private boolean attempt() {
        try {
            operation();
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private void operation() throws IOException {
        switch (random.nextInt(16)) {
            case 0, 1, 2 -> Files.writeString(any(), "x".repeat(random.nextInt(50)));
            case 3 -> Files.writeString(any(), "more", StandardOpenOption.APPEND);
            case 4 -> Files.createDirectory(any());
            case 5, 6 -> {
                Path directory = Files.createDirectories(any().resolve("p").resolve("q"));
                Files.writeString(directory.resolve("f" + random.nextInt(3)), "deep");
            }
            case 7, 8, 9 -> Files.move(any(), any(), StandardCopyOption.ATOMIC_MOVE);
            case 10 -> Files.deleteIfExists(any());
            case 11 -> deleteAll(any());
            case 12 -> Files.move(any(), beyond(), StandardCopyOption.ATOMIC_MOVE);
            case 13 -> Files.move(beyond(), any(), StandardCopyOption.ATOMIC_MOVE);
            case 14 -> Files.createLink(any(), any());
            default -> {
                Path path = any();
                if (random.nextBoolean()) {
                    Files.createSymbolicLink(path, Path.of("t" + random.nextInt(4)));
                } else if (!Files.isSymbolicLink(path)) {
                    Files.setPosixFilePermissions(path, permissions());
                }
            }
        }
    }

    private Set<PosixFilePermission> permissions() {
        Set<PosixFilePermission> some = EnumSet.of(
                PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_EXECUTE);
        if (random.nextBoolean()) {
            some.add(PosixFilePermission.OTHERS_READ);
        }
        return some;
    }

    private Path any() {
        Path path = root;
        int depth = 1 + random.nextInt(3);
        for (int i = 0; i < depth; i++) {
            path = path.resolve(random.nextInt(5) == 0 ? "p" : "n" + random.nextInt(4));
        }
        return path;
    }

    private Path beyond() {
        return outside.resolve("o" + random.nextInt(6));
    }

    private static void deleteAll(Path top) throws IOException {
        if (Files.isDirectory(top) && !Files.isSymbolicLink(top)) {
            List<Path> entries;
            try (Stream<Path> listing = Files.list(top)) {
                entries = listing.toList();
            }
            for (Path entry : entries) {
                deleteAll(entry);
            }
        }
        Files.deleteIfExists(top);
    }
}
