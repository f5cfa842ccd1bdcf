package io.weir.service.registry;

import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;

/**
 * The schema registry gives no usable answer now: it is away, or refuses. No record is at fault: whoever meets this keeps what
 * is to be read or written, and tries again later. The message says what was asked, the cause, and what to do.
 */
public final class RegistryUnavailableException extends RetriableException {
    private static final long serialVersionUID = 1L;

    private final boolean isDoubt;

    /** With what was asked, the cause, and what to do. */
    public RegistryUnavailableException(String message, @Nullable Throwable cause) {
        this(message, cause, false);
    }

    private RegistryUnavailableException(String message, @Nullable Throwable cause, boolean isDoubt) {
        super(message, cause);
        this.isDoubt = isDoubt;
    }

    /** The registry did answer, but what it said is not believed yet. */
    static RegistryUnavailableException doubt(String message) {
        return new RegistryUnavailableException(message, null, true);
    }

    /** The same once more, for somebody else who asked. */
    RegistryUnavailableException again() {
        return new RegistryUnavailableException(String.valueOf(getMessage()), this, isDoubt);
    }

    /** Whether the registry did answer. */
    boolean isDoubt() {
        return isDoubt;
    }

    /** Whether this is behind a failure. */
    public static boolean isBehind(Throwable failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof RegistryUnavailableException) {
                return true;
            }
        }
        return false;
    }
}
