package io.weir.service;

/** How a {@code weir} process ends. The numbers are part of the interface: scripts and units may rely on them. */
public enum ExitCode {
    /** Done, or stopped on request. */
    OK(0, "Done, or stopped on request."),
    /** Something failed that none of the codes below names; the message says what. */
    FAILURE(1, "Something failed that no other code names; the message says what."),
    /** The command line is wrong: an unknown option, a missing argument. */
    USAGE(2, "The command line is wrong. Try `--help`."),
    /** The settings file is missing, unreadable or has problems; all of them were listed. */
    SETTINGS(3, "The settings are missing, unreadable or wrong; every problem is listed."),
    /** Kafka, a source or a program such as rsync cannot be reached or used. Trying again later may help. */
    UNAVAILABLE(4, "Kafka, a source, or a program such as rsync cannot be reached. Trying again may help."),
    /** Refused to protect data: a lock is held, a replica belongs to another source or needs {@code adopt}. */
    CONFLICT(
            5,
            "Refused to protect data: a lock is held by another process, a port is taken, or a replica is not empty"
                    + " and not this source's."),
    /** What was asked was answered, and the answer is an alarm: something keeps a replica from being equal. */
    ATTENTION(
            6,
            "`weir status`: something keeps a replica from being equal and does not merely need time. A component is"
                    + " silent, failed, unavailable, held or retrying, or has dead letters, or a replica's source is"
                    + " served by no agent, or no component has reported. `weir verify`: a replica differs from its"
                    + " source, or parts of it could not be looked at. `weir checkpoint wait`: all replicas have passed it, but"
                    + " one has dead letters or holds paths. `weir restore`: a path had nothing then. `weir sync`: paths"
                    + " failed, or are held by the delete breaker."),
    /** What was waited for did not happen in time; it still may. */
    TIMEOUT(
            7,
            "`weir checkpoint wait`: a replica has not passed it in time; the message says what it waits for. It may still pass."),
    /** Stopped by SIGINT before the work was done. */
    INTERRUPTED(130, "Stopped by Ctrl-C before the work was done."),
    /** Stopped by SIGTERM before the work was done. */
    TERMINATED(143, "Stopped by SIGTERM before the work was done.");

    private final int number;
    private final String meaning;

    ExitCode(int number, String meaning) {
        this.number = number;
        this.meaning = meaning;
    }

    /** The number given to {@code exit(2)}. */
    public int number() {
        return number;
    }

    /** What it means, one sentence, for the documentation. */
    public String meaning() {
        return meaning;
    }
}
