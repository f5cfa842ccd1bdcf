package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class SettingsTextTest {
    private static final Setting<Optional<Path>> KEY = Setting.optionalPath("tls.key", "A key.");

    private static SettingsText text(String yaml) {
        return new SettingsText("weir.yaml", yaml, name -> null);
    }

    @Test
    void everyKeyHasItsTextAndEntriesOfListsAreNamed() {
        assertThat(text("""
                applier:
                  replica: one
                  sources:
                    - name: data
                      filters: ['*.o', 'tmp']
                      rsync: {bwlimit: 1 MiB}
                    - root: /without
                """).values())
                .isEqualTo(Map.of(
                        "applier.replica", "one",
                        "applier.sources[data].name", "data",
                        "applier.sources[data].filters", "*.o\ntmp",
                        "applier.sources[data].rsync.bwlimit", "1 MiB",
                        "applier.sources[1].root", "/without"));
    }

    @Test
    void whatDiffersIsNamedWhereverItStandsAndHoweverItIsWritten() {
        assertThat(SettingsText.differing(
                        text("a.b: 1\ngone: x\nsame: [1, 2]\n").values(),
                        text("same:\n  - 1\n  - 2\nnew: y\na: {b: 2}\n").values()))
                .containsExactly("a.b", "gone", "new");
    }

    @Test
    void onlyACheckLooksAtFiles(@TempDir Path folder) throws Exception {
        Path key = folder.resolve("key");
        SettingsText text = text("tls.key: " + key + "\nunknown: 1\n");

        SettingsText.Checked<Optional<Path>> missing = text.check(SettingsTextTest::read);
        assertThat(missing.settings()).isNull();
        assertThat(missing.problems())
                .hasSize(2)
                .first()
                .asString()
                .contains("weir.yaml:1: tls.key: names " + key + ", which is not there");

        Files.setPosixFilePermissions(Files.createFile(key), PosixFilePermissions.fromString("rw-r--r--"));
        assertThat(text("tls.key: " + key).check(SettingsTextTest::read).problems())
                .singleElement()
                .asString()
                .contains("everybody may read");

        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
        assertThat(text("tls.key: " + key).check(SettingsTextTest::read))
                .isEqualTo(new SettingsText.Checked<>(Optional.of(key), List.of()));
        Files.delete(key);
        assertThat(text("tls.key: " + key).read(SettingsTextTest::read)).hasValue(key);
    }

    private static Optional<Path> read(SettingsNode root) {
        Optional<Path> key = root.get(KEY);
        root.look(KEY, () -> key.flatMap(NamedFile::unfitForSecret));
        return key;
    }
}
