package io.weir.applier.rsync;

/** The exit codes of rsync(1) and what each means for the caller. */
public enum RsyncExit {
    /** Everything asked for was looked at. */
    OK(0, Kind.DONE, "done"),
    /** Our arguments were refused: a mistake of ours, or one poisonous path. */
    USAGE(1, Kind.POISON, "syntax or usage error"),
    /** The two ends do not understand each other: a mistake of ours, or one poisonous path. */
    PROTOCOL(2, Kind.POISON, "protocol incompatibility"),
    /** A file selection error: a directory of ours is missing. */
    SELECTION(3, Kind.LOCAL, "a local directory could not be entered"),
    /** The other end refused an action; a path with {@code ..} does this to a whole list. */
    REFUSED(4, Kind.POISON, "requested action not supported"),
    /** The daemon refused us: unknown module, wrong password, too many connections. An administrator may mend it: keep asking. */
    START(
            5,
            Kind.TRANSPORT,
            "the source's rsync daemon refused the connection (unknown module, password or connection limit)"),
    /** The network or the other end's process broke. */
    SOCKET(10, Kind.TRANSPORT, "the connection to the source's rsync daemon failed"),
    /** Reading or writing files of ours failed; a full disk is this. */
    FILE_IO(11, Kind.LOCAL, "reading or writing the replica's disk failed; it may be full"),
    /** The stream broke in the middle. */
    STREAM(12, Kind.TRANSPORT, "the connection to the source's rsync daemon broke"),
    /** A message could not be written. */
    MESSAGES(13, Kind.TRANSPORT, "rsync could not report"),
    /** Processes could not be started or spoken to. */
    IPC(14, Kind.LOCAL, "rsync could not start its own processes"),
    /** Somebody sent SIGUSR1 or SIGINT. */
    SIGNAL(20, Kind.TRANSPORT, "rsync was stopped by a signal"),
    /** A child of rsync died. */
    CHILD(21, Kind.TRANSPORT, "a process of rsync died"),
    /** Out of memory, here or there. */
    MEMORY(22, Kind.LOCAL, "rsync could not get memory"),
    /** Some paths were not handled; which ones, the printed list tells by what it lacks. */
    PARTIAL(23, Kind.PARTIAL, "some paths could not be handled"),
    /** Files vanished while they were sent; changes of theirs follow. */
    VANISHED(24, Kind.DONE, "some files vanished at the source"),
    /** Cannot happen, as rsync never deletes here. */
    MAX_DELETE(25, Kind.POISON, "a delete limit was hit"),
    /** rsync's own I/O deadline. */
    TIMEOUT(30, Kind.TRANSPORT, "rsync waited too long for data"),
    /** rsync's own connect deadline. */
    CONNECT_TIMEOUT(35, Kind.TRANSPORT, "rsync waited too long for a connection"),
    /** The remote shell could not be reached. */
    SHELL(255, Kind.TRANSPORT, "the connection to the source failed"),
    /** Any other code, and death by a signal (128 and above): ask again. */
    OTHER(-1, Kind.TRANSPORT, "rsync ended in an unknown way");

    /** What to do about an exit. */
    public enum Kind {
        /** What was printed is done. */
        DONE,
        /** What was printed is done, the rest is to be found. */
        PARTIAL,
        /** One path in the list may have spoiled the call for all others: split the list. */
        POISON,
        /** Ask again later; no path is to blame. */
        TRANSPORT,
        /** The replica's host is in trouble; no path is to blame. */
        LOCAL
    }

    private final int code;
    private final Kind kind;
    private final String reason;

    RsyncExit(int code, Kind kind, String reason) {
        this.code = code;
        this.kind = kind;
        this.reason = reason;
    }

    /** The row of an exit code. */
    public static RsyncExit of(int code) {
        for (RsyncExit exit : values()) {
            if (exit.code == code && exit != OTHER) {
                return exit;
            }
        }
        return OTHER;
    }

    /** What to do. */
    public Kind kind() {
        return kind;
    }

    /** Why, for people. */
    public String reason() {
        return reason;
    }
}
