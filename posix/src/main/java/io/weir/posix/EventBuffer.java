package io.weir.posix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * Events of one {@link Inotify#read}, seen through a cursor: {@code while (events.next()) { events.wd() ... }}. Reused
 * between reads and of one thread; only {@link #name()} allocates.
 */
public final class EventBuffer {
    private static final int HEADER = 16;

    /** One event with the longest name always fits; below that the kernel answers EINVAL. */
    private static final int MINIMUM = 4096;

    private final ByteBuffer bytes;
    private final long address;
    private int limit;
    private int at;
    private int following;

    /**
     * Allocates native memory.
     *
     * @param size bytes, at least 4096; 64 KiB holds some 1,300 to 2,000 events
     */
    public EventBuffer(int size) {
        if (size < MINIMUM) {
            throw new IllegalArgumentException("an event buffer needs at least " + MINIMUM + " bytes, not " + size);
        }
        bytes = ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder());
        address = Scratch.addressOf(bytes);
    }

    long address() {
        return address;
    }

    int capacity() {
        return bytes.capacity();
    }

    void filled(int length) {
        limit = length;
        at = 0;
        following = 0;
    }

    /** Moves to the next event; false behind the last one, and before the first read. */
    public boolean next() {
        if (following + HEADER > limit) {
            return false;
        }
        at = following;
        following = at + HEADER + bytes.getInt(at + 12);
        return true;
    }

    /** Watch descriptor of the current event; -1 with {@link InotifyMask#Q_OVERFLOW}. */
    public int wd() {
        return bytes.getInt(at);
    }

    /** What happened, see {@link InotifyMask}. */
    public int mask() {
        return bytes.getInt(at + 4);
    }

    /** Joins MOVED_FROM and MOVED_TO of one rename; 0 otherwise. */
    public int cookie() {
        return bytes.getInt(at + 8);
    }

    /** A new array with the name in the watched directory; empty for the watched directory itself. */
    public byte[] name() {
        int start = at + HEADER;
        int end = following;
        while (end > start && bytes.get(end - 1) == 0) {
            end--;
        }
        if (end == start) {
            return Bytes.EMPTY;
        }
        byte[] name = new byte[end - start];
        bytes.get(start, name);
        return name;
    }
}
