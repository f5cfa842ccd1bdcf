package io.weir.service;

import org.apache.kafka.common.config.ConfigException;

/**
 * Tells brokers whose names cannot be resolved now, as while the network is away, from settings that are wrong. Kafka's
 * clients take both for settings.
 */
public final class Unresolved {
    private Unresolved() {}

    /** Whether a client could not be made only because no name of a broker could be resolved. */
    public static boolean is(Exception failure) {
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof ConfigException && String.valueOf(at.getMessage()).contains("No resolvable bootstrap")) {
                return true;
            }
        }
        return false;
    }
}
