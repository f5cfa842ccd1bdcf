package io.weir.applier.rsync;

import io.weir.schemas.RelPath;
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
 * @param itemized the eleven letters of rsync's {@code --itemize-changes}
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
}
