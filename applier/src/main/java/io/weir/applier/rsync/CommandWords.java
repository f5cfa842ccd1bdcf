package io.weir.applier.rsync;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** Paths that may be words of a command that rsync, ssh or a shell takes apart. Pure. */
final class CommandWords {
    /** No blank, quote, {@code %}, {@code ~} or {@code $}: none of them takes any of these letters for anything else. */
    private static final Pattern PLAIN = Pattern.compile("/[A-Za-z0-9/._+,=@:-]*");

    private CommandWords() {}

    /**
     * Refuses what would need quotes.
     *
     * @throws IllegalArgumentException saying what is allowed
     */
    static void require(Path path) {
        if (!PLAIN.matcher(path.toString()).matches()) {
            throw new IllegalArgumentException("the path '" + path
                    + "' is refused, as it becomes a word of a command: it must be absolute, of letters without"
                    + " accents, digits and . _ - + , = @ : only");
        }
    }
}
