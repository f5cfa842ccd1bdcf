package io.weir.applier.rsync;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.schemas.RelPath;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class ItemizedOutputTest {
    private static ItemizedOutput read(String... lines) {
        return readRaw(String.join("\n", lines) + "\n");
    }

    private static ItemizedOutput readRaw(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
        ItemizedOutput output = new ItemizedOutput(item -> {});
        // One byte at a time: lines arrive cut anywhere.
        for (byte b : bytes) {
            output.accept(new byte[] {b}, 1);
        }
        output.end();
        return output;
    }

    private static RelPath path(int... bytes) {
        byte[] path = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            path[i] = (byte) bytes[i];
        }
        return RelPath.of(path);
    }

    @Test
    void filesDirectoriesLinksAndSpecialsAreTold() {
        ItemizedOutput output = read(
                ">f+++++++++ 2026/11/23-11:26:32 35 a//",
                ".d          2026/11/23-11:26:32 0 d///",
                "cL+++++++++ 2026/11/23-11:26:32 0 l// -> x//y",
                "cS+++++++++ 2026/11/23-11:26:32 0 p//",
                ".f...p..... 2026/11/23-11:26:32 0 m//");

        assertThat(output.items()).hasSize(5);
        assertThat(output.items().get(RelPath.of("a")))
                .isEqualTo(new Item(RelPath.of("a"), 'f', true, 1_795_433_192L, 35, null, ">f+++++++++"));
        assertThat(output.items().get(RelPath.of("d")))
                .isEqualTo(new Item(RelPath.of("d"), 'd', false, 1_795_433_192L, 0, null, ".d         "));
        assertThat(output.items().get(RelPath.of("l")))
                .extracting(item -> item.type())
                .isEqualTo('L');
        assertThat(output.items().get(RelPath.of("m")))
                .extracting(item -> item.changed())
                .isEqualTo(true);
    }

    @Test
    void hardLinksNameTheirLeader() {
        ItemizedOutput output = read("hf+++++++++ 2026/11/23-11:26:32 0 y// => d/h\\#012l");

        assertThat(output.items().get(RelPath.of("y")))
                .extracting(item -> item.linkedTo())
                .isEqualTo(RelPath.of("d/h\nl"));
    }

    @Test
    void nameThatWasLinkedAlreadyIsUnchanged() {
        ItemizedOutput output = read(
                "hf          2026/11/23-11:26:32 0 linked//", "hf          2026/11/23-11:26:32 0 linked-now// => a");

        assertThat(output.items().get(RelPath.of("linked")))
                .extracting(Item::changed)
                .isEqualTo(false);
        assertThat(output.items().get(RelPath.of("linked-now")))
                .extracting(Item::changed)
                .isEqualTo(true);
    }

    @Test
    void whatDiffersIsToldInWords() {
        ItemizedOutput output = read(
                ">f.st...... 2026/11/23-11:26:32 0 grown//",
                ">fc........ 2026/11/23-11:26:32 0 content//",
                "cLc.t...... 2026/11/23-11:26:32 0 link// -> x",
                ".f...pog.ax 2026/11/23-11:26:32 0 set//",
                "hf          2026/11/23-11:26:32 0 joined// => a",
                ".f          2026/11/23-11:26:32 0 equal//",
                ">f+++++++++ 2026/11/23-11:26:32 0 new//");

        assertThat(output.items().get(RelPath.of("grown")).difference()).isEqualTo("size, mtime");
        assertThat(output.items().get(RelPath.of("content")).difference()).isEqualTo("content");
        assertThat(output.items().get(RelPath.of("link")).difference()).isEqualTo("target, mtime");
        assertThat(output.items().get(RelPath.of("set")).difference()).isEqualTo("mode, owner, acl, xattr");
        assertThat(output.items().get(RelPath.of("joined")).difference()).isEqualTo("links");
        assertThat(output.items().get(RelPath.of("equal")).difference()).isEmpty();
        assertThat(output.items().get(RelPath.of("new")).difference()).isEmpty();
    }

    @Test
    void escapesDecodeExactly() {
        ItemizedOutput output = read(
                ">f+++++++++ 2026/11/23-11:26:32 0 c\\#012\\#377//",
                ">f+++++++++ 2026/11/23-11:26:32 0 \\#134#012//",
                ">f+++++++++ 2026/11/23-11:26:32 0 t\tb \\x \\#9 //");

        assertThat(output.items())
                .containsOnlyKeys(path('c', '\n', 0xFF), RelPath.of("\\#012"), RelPath.of("t\tb \\x \\#9 "));
    }

    @Test
    void namesThatLookLikeOurFormatStayNames() {
        ItemizedOutput output = read(
                ">f+++++++++ 2026/11/23-11:26:32 0 g -> h => i//",
                ">f+++++++++ 2026/11/23-11:26:32 0 >f+++++++++ 2026/11/23-11:26:32 0 a//",
                ">f+++++++++ 2026/11/23-11:26:32 0  // ");

        assertThat(output.items())
                .containsOnlyKeys(
                        RelPath.of("g -> h => i"), RelPath.of(">f+++++++++ 2026/11/23-11:26:32 0 a"), RelPath.of(" "));
    }

    @Test
    void linesOfAnotherShapeAreNoPaths() {
        ItemizedOutput output = read(
                "",
                "sent 309 bytes  received 75 bytes  768.00 bytes/sec",
                "total size is 2  speedup is 0.01 (DRY RUN)",
                "*deleting   a",
                ">f++ x",
                ">f+++++++++ 2026/11/23-11:26:32 0 ../../etc/passwd//",
                ">f+++++++++ 2026/11/23-11:26:32 0 /etc/passwd//");

        assertThat(output.items()).isEmpty();
        assertThat(output.bytesReceived()).isEqualTo(75);
    }

    @Test
    void lineThatWasCutOffIsDropped() {
        assertThat(readRaw(">f+++++++++ 2026/11/23-11:26:32 0 a//").items()).isEmpty();
    }
}
