package io.weir.posix;

import java.nio.ByteBuffer;

/** The layout of struct statx (linux/stat.h), the same on all architectures but for byte order. */
final class Statx {
    /** STATX_BASIC_STATS | STATX_BTIME | STATX_MNT_ID. */
    static final int WANTED = 0x7FF | 0x800 | 0x1000;

    private static final int BTIME = 0x800;
    private static final int MNT_ID = 0x1000;
    private static final long NANOS = 1_000_000_000L;

    private Statx() {}

    static Stat parse(ByteBuffer b) {
        int mask = b.getInt(0);
        return new Stat(
                dev(b.getInt(136), b.getInt(140)),
                b.getLong(32),
                b.getShort(28) & 0xFFFF,
                b.getInt(16) & 0xFFFF_FFFFL,
                b.getInt(20) & 0xFFFF_FFFFL,
                b.getInt(24) & 0xFFFF_FFFFL,
                b.getLong(40),
                nanos(b, 112),
                nanos(b, 96),
                (mask & BTIME) == 0 ? 0 : nanos(b, 80),
                (mask & MNT_ID) == 0 ? 0 : b.getLong(144));
    }

    /** makedev() of glibc, so that numbers agree with other tools. */
    static long dev(long major, long minor) {
        return (major & 0xFFF) << 8 | (minor & 0xFF) | (minor & ~0xFFL) << 12 | (major & ~0xFFFL) << 32;
    }

    private static long nanos(ByteBuffer b, int at) {
        long seconds = b.getLong(at);
        int rest = b.getInt(at + 8);
        if (seconds >= Long.MAX_VALUE / NANOS) {
            return Long.MAX_VALUE;
        }
        // The most negative value is left free: it means "leave this time alone" in Fs.setTimes.
        return seconds <= Long.MIN_VALUE / NANOS ? Long.MIN_VALUE + 1 : seconds * NANOS + rest;
    }
}
