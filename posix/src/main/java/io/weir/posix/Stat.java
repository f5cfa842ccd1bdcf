package io.weir.posix;

/**
 * What statx tells of one inode. Times are nanoseconds since the epoch, cut to what a {@code long} holds (years 1677 to
 * 2262).
 *
 * @param dev device number, encoded as st_dev of glibc
 * @param ino inode number
 * @param mode st_mode: type and permission bits
 * @param links number of hard links
 * @param uid owner, 0 to 2^32-1
 * @param gid group, 0 to 2^32-1
 * @param size bytes
 * @param mtimeNanos time of the last change of the content
 * @param ctimeNanos time of the last change of the inode
 * @param btimeNanos time of birth; 0 where the file system has none
 * @param mountId as in mountinfo; 0 before Linux 5.8
 */
public record Stat(
        long dev,
        long ino,
        int mode,
        long links,
        long uid,
        long gid,
        long size,
        long mtimeNanos,
        long ctimeNanos,
        long btimeNanos,
        long mountId) {
    private static final int TYPE_SHIFT = 12;
    private static final int TYPE_MASK = 0xF;
    private static final int PERMISSION_MASK = 0xFFF;

    /** What it is; never a guess. */
    public Kind kind() {
        return Kind.ofType(mode >> TYPE_SHIFT & TYPE_MASK);
    }

    /** Whether it is a directory. */
    public boolean isDirectory() {
        return kind() == Kind.DIRECTORY;
    }

    /** Whether it is a regular file. */
    public boolean isFile() {
        return kind() == Kind.FILE;
    }

    /** Whether it is a symbolic link. */
    public boolean isSymlink() {
        return kind() == Kind.SYMLINK;
    }

    /** The lower twelve bits of the mode: rwx three times, set-uid, set-gid and sticky. */
    public int permissions() {
        return mode & PERMISSION_MASK;
    }
}
