package io.weir.e2e;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Names that break programs which take file names for text, for arguments, or for lines. */
public final class HostileNames {
    private static final int NAME_MAX = 255;

    private static final List<String> TEXTS = List.of(
            "new\nline",
            "\n",
            "carriage\rreturn",
            "tab\there",
            " leading",
            "trailing ",
            " ",
            "-rf",
            "--delete",
            "*",
            "?",
            "[a]",
            "\\",
            "\\#012",
            "\\x0a",
            "$(touch x)",
            "`id`",
            "'single'",
            "\"double\"",
            ";",
            "&",
            "|",
            "~",
            "#",
            ":",
            "host:x",
            "a -> b",
            "...",
            "\u0001\u001b[31m",
            // An emoji, a right-to-left mark, and one letter composed and decomposed.
            "\ud83d\ude00",
            "rtl\u200fmark",
            "caf\u00e9",
            "cafe\u0301",
            // Look temporary, but stay.
            ".x.swp",
            "4913",
            "~$doc",
            "x~",
            ".nfs0001",
            ".file.Ab12Cd",
            // Look like Weir's own, but are not at the root or not the whole name.
            ".weirx",
            "x.weir",
            "id-00000000-0000-0000-0000-000000000000");

    private HostileNames() {}

    /** All of them, each one valid component of at most 255 bytes; no two are the same. */
    public static List<byte[]> all() {
        List<byte[]> names = new ArrayList<>();
        for (String text : TEXTS) {
            names.add(text.getBytes(StandardCharsets.UTF_8));
        }
        names.add(new byte[] {(byte) 0xFF});
        names.add(new byte[] {(byte) 0xC3});
        names.add(new byte[] {'a', (byte) 0xC3, 'b', (byte) 0x80});
        names.add(longest((byte) 'L'));
        names.add(longest((byte) 0xFE));
        return names;
    }

    private static byte[] longest(byte fill) {
        ByteArrayOutputStream name = new ByteArrayOutputStream();
        while (name.size() < NAME_MAX) {
            name.write(fill);
        }
        return name.toByteArray();
    }
}
