package io.weir.applier.rsync;

import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One path that rsync printed. Immutable.
 *
 * @param path the path, decoded
 * @param type {@code f d L D S}: file, directory, symlink, device, special
 * @param changed whether anything was transferred, created or set
 * @param mtimeSeconds modification time at the source, seconds since the epoch
 * @param bytes of a file whose content is sent: how many came, or in a dry run how long it is; 0 for everything else
 * @param linkedTo the listed path it is a hard link of, or null
 * @param itemized what rsync said of it, eleven characters as in {@code %i} of rsync(1)
 */
public record Item(
        RelPath path,
        char type,
        boolean changed,
        long mtimeSeconds,
        long bytes,
        @Nullable RelPath linkedTo,
        String itemized) {
    /** Whether it is a directory now. */
    public boolean isDirectory() {
        return type == 'd';
    }

    /** Whether it is another name of an inode that is named before it in the same list. */
    public boolean isFurtherName() {
        return itemized.startsWith("h");
    }

    /** In what it differs, in words that end in no comma; empty when it does not. */
    public String difference() {
        List<String> words = new ArrayList<>();
        if (isFurtherName() && linkedTo != null) {
            words.add("links");
        }
        word(words, 'c', type == 'L' ? "target" : type == 'D' || type == 'S' ? "device" : "content");
        word(words, 's', "size");
        word(words, 't', "mtime");
        word(words, 'T', "mtime");
        word(words, 'p', "mode");
        if (has('o') || has('g')) {
            words.add("owner");
        }
        word(words, 'a', "acl");
        word(words, 'x', "xattr");
        return String.join(", ", words);
    }

    private void word(List<String> words, char flag, String word) {
        if (has(flag)) {
            words.add(word);
        }
    }

    /** Among the letters for attributes: the first two say other things. */
    private boolean has(char flag) {
        return itemized.indexOf(flag, 2) >= 0;
    }
}
