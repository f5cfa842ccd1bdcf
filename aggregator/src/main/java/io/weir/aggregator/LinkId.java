package io.weir.aggregator;

import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import org.jspecify.annotations.Nullable;

/**
 * The inode behind several names: all of them travel in one batch, because rsync keeps hard links only inside one run.
 *
 * @param dev {@code st_dev} at the source
 * @param ino {@code st_ino} at the source
 */
record LinkId(long dev, long ino) {
    /** The inode of a name that is one of several, or null. */
    static @Nullable LinkId of(Observed observed) {
        boolean several = observed.getLinks() > 1
                && observed.getIno() != 0
                && observed.getType() != FileType.DIRECTORY
                && observed.getType() != FileType.ABSENT;
        return several ? new LinkId(observed.getDev(), observed.getIno()) : null;
    }
}
