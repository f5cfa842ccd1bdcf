package io.weir.posix;

import com.sun.jna.Native;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * The native memory of one thread for the arguments and results of one system call at a time. Kept per thread, because a
 * scan makes hundreds of thousands of calls and must allocate nothing for them. Nothing in it survives a call of this
 * package, and no code of a caller runs while it is in use.
 */
final class Scratch {
    /** PATH_MAX with its NUL. */
    static final int PATH_MAX = 4096;

    static final int IO_SIZE = 64 * 1024;

    private static final int FIRST = 0;
    private static final int SECOND = PATH_MAX;
    private static final int RESULT = 2 * PATH_MAX;

    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final ByteBuffer memory =
            ByteBuffer.allocateDirect(RESULT + IO_SIZE).order(ByteOrder.nativeOrder());
    private final ByteBuffer result = memory.slice(RESULT, IO_SIZE).order(ByteOrder.nativeOrder());
    private final long address = addressOf(memory);

    private Scratch() {}

    static Scratch get() {
        return OF_THREAD.get();
    }

    static long addressOf(ByteBuffer direct) {
        return com.sun.jna.Pointer.nativeValue(Native.getDirectBufferPointer(direct));
    }

    /** Where calls put what they return: {@link #IO_SIZE} bytes in native order. */
    ByteBuffer result() {
        return result;
    }

    long resultAddress() {
        return address + RESULT;
    }

    /** The NUL-terminated name of one entry of a directory; anything that could lead elsewhere is refused. */
    long name(String operation, byte[] name) throws ErrnoException {
        checkName(operation, name);
        return put(operation, FIRST, name);
    }

    /** As {@link #name}, for calls that take two. */
    long secondName(String operation, byte[] name) throws ErrnoException {
        checkName(operation, name);
        return put(operation, SECOND, name);
    }

    /** A NUL-terminated path or link target of any form. */
    long path(String operation, byte[] path) throws ErrnoException {
        return put(operation, FIRST, path);
    }

    private long put(String operation, int at, byte[] bytes) throws ErrnoException {
        if (bytes.length >= PATH_MAX) {
            throw ErrnoException.of(operation, bytes, Errno.ENAMETOOLONG);
        }
        for (byte b : bytes) {
            if (b == 0) {
                throw ErrnoException.of(operation, bytes, Errno.EINVAL);
            }
        }
        memory.put(at, bytes).put(at + bytes.length, (byte) 0);
        return address + at;
    }

    private static void checkName(String operation, byte[] name) throws ErrnoException {
        boolean up = name.length == 2 && name[0] == '.' && name[1] == '.';
        boolean slash = false;
        for (byte b : name) {
            slash |= b == '/';
        }
        if (name.length == 0 || up || slash) {
            throw ErrnoException.of(operation, name, Errno.EINVAL);
        }
    }
}
