package io.weir.applier.hook;

import io.weir.schemas.PathRules;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * One hook of a source of a replica, as it is set. Immutable.
 *
 * @param name its name, one of a kind in its source
 * @param means what is called
 * @param paths of which paths it is told; no rules for all
 * @param timeout how long one try may take
 * @param retries how often a call that failed is tried again, when it is not required
 * @param required whether the position waits until the call has succeeded
 * @param maxPaths the most paths of one call
 */
public record Hook(
        String name, Means means, PathRules paths, Duration timeout, int retries, boolean required, int maxPaths) {
    /** What is called. */
    public sealed interface Means permits Program, Web {}

    /**
     * A program.
     *
     * @param command its name or absolute path, and its arguments; there is no shell
     */
    public record Program(List<String> command) implements Means {
        /** Copies the list. */
        public Program {
            command = List.copyOf(command);
        }
    }

    /**
     * A web address.
     *
     * @param url http or https
     * @param tokenFile holds what is sent as a bearer token
     */
    public record Web(URI url, Optional<Path> tokenFile) implements Means {
        /** Names the host only: the rest may be a secret. */
        @Override
        public String toString() {
            return url.getScheme() + "://" + url.getAuthority();
        }
    }
}
