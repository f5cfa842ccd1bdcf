package io.weir.posix;

/** Calls about processes and threads. Thread-safe. */
public final class Processes {
    public static final int SIGHUP = 1;
    public static final int SIGKILL = 9;
    public static final int SIGTERM = 15;
    public static final int SIGCONT = 18;
    public static final int SIGSTOP = 19;

    private Processes() {}

    /** The user whose rights count; 0 is root. */
    public static long effectiveUid() {
        return LibC.geteuid() & 0xFFFF_FFFFL;
    }

    /**
     * Sends a signal to one process.
     *
     * @param pid above 1: no group, and not init
     * @return false when there is no such process
     * @throws ErrnoException EPERM
     */
    public static boolean kill(long pid, int signal) throws ErrnoException {
        if (pid <= 1 || pid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("refused to signal process " + pid);
        }
        return send((int) pid, signal);
    }

    /**
     * Sends a signal to all processes of a group.
     *
     * @param pgid above 1, since -1 would mean every process
     * @return false when there is no such group
     * @throws ErrnoException EPERM
     */
    public static boolean killGroup(long pgid, int signal) throws ErrnoException {
        if (pgid <= 1 || pgid > Integer.MAX_VALUE) {
            throw new IllegalArgumentException("refused to signal process group " + pgid);
        }
        return send((int) -pgid, signal);
    }

    private static boolean send(int pid, int signal) throws ErrnoException {
        if (LibC.kill(pid, signal) == 0) {
            return true;
        }
        int errno = LibC.errno();
        if (errno == Errno.ESRCH) {
            return false;
        }
        throw new ErrnoException("kill", "process " + pid, errno);
    }

    /**
     * Sets the nice value of the calling thread only, as Linux does for PRIO_PROCESS with 0.
     *
     * @param nice -20 (first) to 19 (last)
     * @throws ErrnoException EACCES when a lower value is not allowed (CAP_SYS_NICE)
     */
    public static void setThreadNice(int nice) throws ErrnoException {
        if (LibC.setpriority(0, 0, nice) < 0) {
            throw new ErrnoException("setpriority", "nice " + nice, LibC.errno());
        }
    }
}
