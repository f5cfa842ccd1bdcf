package io.weir.agent.watch;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * File systems on which other machines write too: inotify tells of this machine's writes only, so a source there would
 * silently miss changes. Numbers of statfs(2), from linux/magic.h and the file systems' own sources.
 */
final class NetworkFileSystems {
    private static final Map<Long, String> NAMES = Map.ofEntries(
            Map.entry(0x6969L, "NFS"),
            Map.entry(0x517BL, "SMB"),
            Map.entry(0xFF534D42L, "CIFS"),
            Map.entry(0xFE534D42L, "SMB"),
            Map.entry(0x00C36400L, "Ceph"),
            Map.entry(0x5346414FL, "AFS"),
            Map.entry(0x6B414653L, "AFS"),
            Map.entry(0x01021997L, "9p"),
            Map.entry(0x73757245L, "Coda"),
            Map.entry(0x0BD00BD0L, "Lustre"),
            Map.entry(0x01161970L, "GFS2"),
            Map.entry(0x7461636FL, "OCFS2"),
            Map.entry(0x47504653L, "GPFS"),
            Map.entry(0x19830326L, "BeeGFS"));

    private NetworkFileSystems() {}

    /** The name of a network or cluster file system; null when this machine alone writes to it. */
    static @Nullable String name(long magic) {
        // A 32-bit signed f_type is sign-extended on some platforms.
        return NAMES.get(magic & 0xFFFFFFFFL);
    }
}
