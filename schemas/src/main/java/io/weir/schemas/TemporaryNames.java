package io.weir.schemas;

import java.util.List;

/**
 * Names that programs give to files which they rename or remove within moments. Such a path is deferred, never dropped: one
 * that is still there after the grace time is replicated like any other, so a name listed here by mistake costs a delay.
 */
public final class TemporaryNames {
    /** The default patterns, for {@link PathRules#matchesName}; a setting can replace them. */
    public static final List<String> DEFAULTS = List.of(
            // vim: swap files, its probe for write access, backups
            ".*.sw?",
            ".*.swpx",
            "4913",
            "*~",
            // emacs: auto-saves and locks
            "#*#",
            ".#*",
            // other editors and desktop programs
            ".goutputstream-*",
            ".*.kate-swp",
            ".~*",
            "sed??????",
            // office
            "~$*",
            ".~lock.*#",
            "~WR[DL]*",
            // transfers: rsync, browsers, sftp clients
            ".*.??????",
            "*.part",
            "*.partial",
            "*.filepart",
            "*.crdownload",
            "*.download",
            // git, before an object gets its name
            "tmp_obj_*",
            "tmp_pack_*",
            "tmp_idx_*",
            // deleted while open
            ".nfs*",
            ".fuse_hidden*",
            // anything
            "*.tmp",
            "*.TMP");

    private static final PathRules RULES = PathRules.of(DEFAULTS);

    private TemporaryNames() {}

    /** Whether the last component of a path looks temporary by the {@linkplain #DEFAULTS default patterns}. */
    public static boolean isTemporary(RelPath path) {
        return !path.isRoot() && RULES.matchesName(path.name());
    }
}
