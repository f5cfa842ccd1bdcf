package io.weir.agent.root;

/** The root of a source is not there, or cannot be proven to be the tree it was. Nothing may be said about its content. */
public final class SourceUnavailableException extends Exception {
    private static final long serialVersionUID = 1;

    /** With what is wrong and what to do. */
    public SourceUnavailableException(String message) {
        super(message);
    }

    /** With what is wrong, what to do, and the failure that told. */
    public SourceUnavailableException(String message, Throwable cause) {
        super(message, cause);
    }
}
