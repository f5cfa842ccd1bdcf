package io.weir.console;

import java.util.List;
import java.util.Map;

/**
 * One thing that a person asked a replica to do.
 *
 * @param action what
 * @param replica whom
 * @param source of which source; empty for all of the replica's
 * @param paths of dead letters, or of the tree, as bytes; empty where the action needs none
 * @param options what else the page's form says, by name
 */
public record Order(Action action, String replica, String source, List<byte[]> paths, Map<String, String> options) {
    /** What can be asked for; each is a command of the same name. */
    public enum Action {
        /** Failed paths are tried again. */
        RETRY,
        /** Dead letters are forgotten. */
        DROP,
        /** Held paths are made equal. */
        APPROVE,
        /** Held paths are forgotten. */
        DISCARD,
        /** Everything, or a directory, is made equal. */
        BASELINE,
        /** The replica rests until it is told to go on. */
        PAUSE,
        /** A replica that rests goes on. */
        RESUME
    }
}
