package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SecretFileTest {
    private final Path file;

    SecretFileTest(@TempDir Path folder) {
        this.file = folder.resolve("secret");
    }

    private void write(String text, String mode) throws IOException {
        Files.setPosixFilePermissions(Files.writeString(file, text), PosixFilePermissions.fromString(mode));
    }

    private String trouble() {
        return SecretFile.trouble(new RsyncEndpoint("rsync://files/data", file, "weir"))
                .orElse("none");
    }

    @Test
    void whatRsyncWouldRefuseIsTold() throws Exception {
        assertThat(SecretFile.trouble(new RsyncEndpoint("rsync://files/data"))).isEmpty();
        assertThat(trouble()).contains("which is not there");
        write("secret\n", "rw-r--r--");
        assertThat(trouble()).contains("everybody may read");
        write("secret\n", "rw-r-----");
        assertThat(trouble()).isEqualTo("none");
        write("\n", "rw-------");
        assertThat(trouble()).contains("begins with no password");
        write("weir:secret\n", "rw-------");
        assertThat(trouble()).contains("begins with 'weir:'").doesNotContain("secret\n");
        write("weirsecret:\n", "rw-------");
        assertThat(trouble()).isEqualTo("none");
    }
}
