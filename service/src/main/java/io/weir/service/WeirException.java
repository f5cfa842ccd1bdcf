package io.weir.service;

import org.jspecify.annotations.Nullable;

/**
 * A failure that a person has to see. The message names the operation, its subject, the cause and what to do; the exit
 * code is what the process ends with when nothing above can go on.
 */
public final class WeirException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final ExitCode exitCode;

    /** A failure with its cause, if another exception is one. */
    public WeirException(ExitCode exitCode, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.exitCode = exitCode;
    }

    /** A failure that is its own cause. */
    public WeirException(ExitCode exitCode, String message) {
        this(exitCode, message, null);
    }

    /** How the process ends. */
    public ExitCode exitCode() {
        return exitCode;
    }
}
