package io.weir.console;

import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * One thing that a person asked a replica to do.
 *
 * @param action what
 * @param replica whom
 * @param source of which source; empty where it was not said
 * @param paths of dead letters, or of the tree, as bytes; empty where the action needs none
 * @param typed further paths, as a person writes them
 * @param options what else the page's form says, by name; none of them empty
 */
public record Order(
        Action action,
        String replica,
        String source,
        List<byte[]> paths,
        List<String> typed,
        Map<String, String> options) {
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
        /** The replica is compared with the source, and repaired when the options say so. */
        VERIFY,
        /** A part of the history is applied again. */
        REPLAY,
        /** What a replay would be is told. */
        REPLAY_DRY_RUN,
        /** The replica rests until it is told to go on. */
        PAUSE,
        /** A replica that rests goes on. */
        RESUME;

        /** As the API has it. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }
}
