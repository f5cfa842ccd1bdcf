package io.weir.cli.embedded;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LayoutTest {
    private final Path top;
    private final Path source;

    LayoutTest(@TempDir Path top) throws IOException {
        this.top = top;
        this.source = Files.createDirectories(top.resolve("files/my data"));
    }

    @Test
    void namesComeFromTheDirectories() {
        Layout layout = Layout.of(source, List.of(top.resolve("b1"), top.resolve("b2")), top.resolve("state"));

        assertThat(layout.name()).isEqualTo("my_data");
        assertThat(layout.replicas().keySet()).containsExactly("b1", "b2");
    }

    @Test
    void equalNamesAreToldApartWhateverTheOrder() {
        Path one = top.resolve("x/backup");
        Path two = top.resolve("y/backup");

        Layout there = Layout.of(source, List.of(one, two), top.resolve("state"));
        Layout back = Layout.of(source, List.of(two, one), top.resolve("state"));

        assertThat(there.replicas()).hasSize(2).isEqualTo(back.replicas());
    }

    @Test
    void overlappingDirectoriesAreRefused() throws IOException {
        Path state = top.resolve("state");
        refused("inside the source", source, List.of(source.resolve("copy")), state);
        refused("is the source", source, List.of(source), state);
        refused("inside the replica", source, List.of(top.resolve("files")), state);
        refused("inside the source", source, List.of(top.resolve("b")), source.resolve("state"));
        refused("inside the replica", source, List.of(state), state.resolve("deep"));
        refused("inside the replica", source, List.of(top.resolve("b"), top.resolve("b/c")), state);
        refused("inside the replica", source, List.of(top.resolve("b/c"), top.resolve("b")), state);
        Path link = Files.createSymbolicLink(top.resolve("link"), source);
        refused("inside the source", source, List.of(link.resolve("copy2")), state);

        assertThat(source).isEmptyDirectory();
        assertThat(state).doesNotExist();
        assertThat(top.resolve("b")).doesNotExist();
    }

    @Test
    void whatDoesNotExistIsResolvedAsFarAsItDoes() throws IOException {
        Path link = Files.createSymbolicLink(top.resolve("link"), Files.createDirectory(top.resolve("disk")));

        Layout layout = Layout.of(source, List.of(link.resolve("deep/../backup")), top.resolve("state"));

        assertThat(layout.replicas().values()).containsExactly(top.toRealPath().resolve("disk/backup"));
        assertThat(top.resolve("disk")).isEmptyDirectory();
    }

    @Test
    void replicaIsNamedOnce() {
        Path twice = top.resolve("b");

        refused("is given twice", source, List.of(twice, top.resolve("x/../b")), top.resolve("state"));
    }

    @Test
    void linkThatLeadsNowhereIsNoPlaceForAReplica() throws IOException {
        Path link = Files.createSymbolicLink(top.resolve("link"), top.resolve("nowhere"));

        refused("leads nowhere", source, List.of(link), top.resolve("state"));
        refused("leads nowhere", source, List.of(link.resolve("below")), top.resolve("state"));
    }

    @Test
    void commandIsOneThatAShellTakes() {
        Layout layout = Layout.of(source, List.of(top.resolve("it's")), top.resolve("state"));

        assertThat(layout.command())
                .contains("up --source '" + layout.source() + "' --replica '", "/it'\\''s' --data ");
    }

    @Test
    void emptyPathIsNotTheCurrentDirectory() throws IOException {
        Path state = top.resolve("state");
        refused("source ''", Path.of(""), List.of(top.resolve("b")), state);
        refused("replica ''", source, List.of(Path.of("")), state);
        refused("data directory ''", source, List.of(top.resolve("b")), Path.of(""));
    }

    @Test
    void missingSourceIsNeverMade() {
        Path missing = top.resolve("missing");

        assertThatThrownBy(() -> Layout.of(missing, List.of(top.resolve("b")), top.resolve("state")))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.UNAVAILABLE))
                .hasMessageContaining("no such directory");
        assertThat(missing).doesNotExist();
    }

    @Test
    void fileInPlaceOfADirectoryIsRefused() throws IOException {
        Path file = Files.writeString(top.resolve("file"), "x");

        refused("not a directory", file, List.of(top.resolve("b")), top.resolve("state"));
        refused("not a directory", source, List.of(file), top.resolve("state"));
        refused("not a directory", source, List.of(file.resolve("below")), top.resolve("state"));
    }

    @Test
    void noReplicaIsRefused() {
        refused("no replica", source, List.of(), top.resolve("state"));
    }

    @Test
    void demoIsMadeOnce() throws IOException {
        Layout first = Demo.below(top.resolve("state"));
        assertThat(top.resolve("state")).doesNotExist();
        Demo.make(first);
        Files.writeString(first.source().resolve("hello.txt"), "mine");

        Layout second = Demo.below(top.resolve("state"));
        Demo.make(second);

        assertThat(second).isEqualTo(first);
        assertThat(second.source().resolve("hello.txt")).hasContent("mine");
        assertThat(second.replicas().keySet()).containsExactly("replica1", "replica2");
    }

    private static void refused(String why, Path source, List<Path> replicas, Path data) {
        assertThatThrownBy(() -> Layout.of(source, replicas, data))
                .isInstanceOfSatisfying(
                        WeirException.class, e -> assertThat(e.exitCode()).isEqualTo(ExitCode.USAGE))
                .hasMessageContaining(why);
    }
}
