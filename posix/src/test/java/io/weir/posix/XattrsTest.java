package io.weir.posix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class XattrsTest {
    private static UserDefinedFileAttributeView view(Path path) {
        return Files.getFileAttributeView(path, UserDefinedFileAttributeView.class);
    }

    @Test
    void attributesOfUsersAreCopied(@TempDir Path work) throws Exception {
        assumeTrue(Files.getFileStore(work).supportsFileAttributeView(UserDefinedFileAttributeView.class));
        Path from = Files.createFile(work.resolve("from"));
        Path to = Files.createFile(work.resolve("to"));
        view(from).write("a", ByteBuffer.wrap(new byte[] {1, 0, 2}));
        view(from).write("b", ByteBuffer.wrap(new byte[0]));
        view(to).write("kept", ByteBuffer.wrap(new byte[] {9}));
        byte[] directory = work.toString().getBytes(StandardCharsets.UTF_8);

        try (Fd dir = Fs.openDirectory(directory);
                Fd source = Fs.openFile(dir, new byte[] {'f', 'r', 'o', 'm'});
                Fd target = Fs.openForWrite(dir, new byte[] {'t', 'o'})) {
            assertThat(Xattrs.copy(source, target)).isZero();
        }

        assertThat(view(to).list()).containsExactlyInAnyOrder("a", "b", "kept");
        ByteBuffer value = ByteBuffer.allocate(9);
        view(to).read("a", value);
        assertThat(value.flip()).isEqualTo(ByteBuffer.wrap(new byte[] {1, 0, 2}));
    }
}
