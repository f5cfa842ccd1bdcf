package io.weir.posix;

/** Bits of inotify's masks (sys/inotify.h). */
public final class InotifyMask {
    public static final int ACCESS = 0x1;
    public static final int MODIFY = 0x2;
    public static final int ATTRIB = 0x4;
    public static final int CLOSE_WRITE = 0x8;
    public static final int CLOSE_NOWRITE = 0x10;
    public static final int OPEN = 0x20;
    public static final int MOVED_FROM = 0x40;
    public static final int MOVED_TO = 0x80;
    public static final int CREATE = 0x100;
    public static final int DELETE = 0x200;
    public static final int DELETE_SELF = 0x400;
    public static final int MOVE_SELF = 0x800;

    /** Only in events: the file system was unmounted; IGNORED follows. */
    public static final int UNMOUNT = 0x2000;

    /** Only in events, with wd -1: the queue was full and events are lost. */
    public static final int Q_OVERFLOW = 0x4000;

    /** Only in events: the watch is gone. */
    public static final int IGNORED = 0x8000;

    public static final int ONLYDIR = 0x0100_0000;
    public static final int DONT_FOLLOW = 0x0200_0000;

    /** No events for children that were unlinked from the directory. */
    public static final int EXCL_UNLINK = 0x0400_0000;

    /** Fail with EEXIST instead of replacing the mask of an existing watch. */
    public static final int MASK_CREATE = 0x1000_0000;

    public static final int MASK_ADD = 0x2000_0000;

    /** Only in events: the subject is a directory. */
    public static final int ISDIR = 0x4000_0000;

    public static final int ONESHOT = 0x8000_0000;

    private InotifyMask() {}
}
