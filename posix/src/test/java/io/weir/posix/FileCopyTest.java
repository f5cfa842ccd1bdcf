package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileCopyTest {
    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private static long copy(Path directory, String from, Path toDirectory, String to) throws Exception {
        AtomicLong copied = new AtomicLong();
        try (Fd dir = Fs.openDirectory(bytes(directory.toString()));
                Fd toDir = Fs.openDirectory(bytes(toDirectory.toString()));
                Fd source = Fs.openFile(dir, bytes(from));
                Fd target = Fs.openOrCreateFile(toDir, bytes(to), 0600)) {
            FileCopy.copy(source, target, copied::addAndGet);
        }
        return copied.get();
    }

    @Test
    void contentIsEqualAndHolesStayHoles(@TempDir Path work) throws Exception {
        byte[] content = new byte[200_001];
        new Random(1).nextBytes(content);
        Path plain = Files.write(work.resolve("plain"), content);
        Path sparse = work.resolve("sparse");
        try (RandomAccessFile file = new RandomAccessFile(sparse.toFile(), "rw")) {
            file.setLength(64L << 20);
            file.seek(40L << 20);
            file.write(content);
        }
        Files.createFile(work.resolve("empty"));
        Files.write(work.resolve("copy"), new byte[300_000]);

        assertThat(copy(work, "plain", work, "copy")).isEqualTo(content.length);
        assertThat(copy(work, "sparse", work, "sparse copy")).isLessThan(1 << 20);
        assertThat(copy(work, "empty", work, "empty copy")).isZero();

        assertThat(work.resolve("copy")).hasSameBinaryContentAs(plain);
        assertThat(work.resolve("sparse copy")).hasSameBinaryContentAs(sparse);
        assertThat(work.resolve("empty copy")).isEmptyFile();
    }

    @Test
    void otherFileSystemsAreReadAndWritten(@TempDir Path work) throws Exception {
        Path memory = Files.createTempDirectory(Path.of("/dev/shm"), "weir-copy");
        try {
            byte[] content = new byte[150_000];
            new Random(2).nextBytes(content);
            Path plain = Files.write(work.resolve("plain"), content);
            copy(work, "plain", memory, "copy");
            assertThat(memory.resolve("copy")).hasSameBinaryContentAs(plain);
        } finally {
            Files.deleteIfExists(memory.resolve("copy"));
            Files.delete(memory);
        }
    }
}
