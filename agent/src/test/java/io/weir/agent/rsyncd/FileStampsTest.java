package io.weir.agent.rsyncd;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileStampsTest {
    @Test
    void whatIsWrittenOrReplacedIsToldOnceItRests(@TempDir Path folder) throws Exception {
        Path one = Files.writeString(folder.resolve("one"), "1");
        Path two = Files.writeString(folder.resolve("two"), "2");
        FileStamps stamps = new FileStamps(List.of(one, two));
        stamps.renewed();
        assertThat(stamps.haveChanged()).isFalse();

        Files.move(Files.writeString(folder.resolve("new"), "1"), one, StandardCopyOption.REPLACE_EXISTING);
        assertThat(stamps.haveChanged()).as("the first look after a change").isFalse();
        Files.writeString(two, "longer");
        assertThat(stamps.haveChanged()).as("another change since").isFalse();
        assertThat(stamps.haveChanged()).isTrue();

        stamps.renewed();
        assertThat(stamps.haveChanged()).isFalse();
        Files.delete(one);
        assertThat(stamps.haveChanged()).isFalse();
        assertThat(stamps.haveChanged()).isTrue();
    }
}
