package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.nio.charset.Charset;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A path as a person types it: relative to a source's root, or absolute below the root of a source that is known here. Pure.
 *
 * @param source the source whose root it was absolute below; null when it was relative
 * @param path the path in the source
 */
record TypedPath(@Nullable String source, RelPath path) {
    /**
     * Reads what was typed; {@code \xNN} is the byte NN, as Weir prints it.
     *
     * @param known the sources that this machine's settings name
     * @throws WeirException (USAGE) when it is no path, or absolute and below no root that is known
     */
    static TypedPath of(String typed, List<SourceSettings> known) {
        return of(typed, known, "");
    }

    /** The same for the command line, whose options can make more roots known. */
    static TypedPath ofArgument(String typed, List<SourceSettings> known) {
        return of(typed, known, "; or give --config FILE with the agent's settings, or --data DIR of the `weir up`");
    }

    private static TypedPath of(String typed, List<SourceSettings> known, String hint) {
        String text = typed.length() > 1 ? typed.replaceAll("/+$", "").replaceFirst("^(\\./+)+", "") : typed;
        if (!text.startsWith("/")) {
            return new TypedPath(null, relative(text.isEmpty() && !typed.isEmpty() ? "." : text));
        }
        SourceSettings source = known.stream()
                .filter(each -> text.equals(root(each)) || text.startsWith(root(each) + "/"))
                .max(Comparator.comparing(each -> root(each).length()))
                .orElseThrow(() -> new WeirException(ExitCode.USAGE, unknown(typed, known) + hint));
        String below = text.substring(Math.min(text.length(), root(source).length() + 1));
        return new TypedPath(source.name(), relative(below.isEmpty() ? "." : below));
    }

    private static String unknown(String typed, List<SourceSettings> known) {
        String roots = known.stream().map(each -> each.root().toString()).collect(Collectors.joining(", "));
        return "find the source of " + typed + ": "
                + (known.isEmpty()
                        ? "where sources have their directories is not known here"
                        : "it is below none of the roots that are known here, " + roots)
                + "; give it relative to the source's directory, such as reports/today.txt";
    }

    private static String root(SourceSettings source) {
        String root = source.root().toString();
        return root.equals("/") ? "" : root;
    }

    private static RelPath relative(String text) {
        try {
            if (text.contains("\\x")) {
                return RelPath.parse(text);
            }
            // The bytes that were typed, as far as the JDK can give them back.
            return RelPath.of(text.getBytes(Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"))));
        } catch (IllegalArgumentException e) {
            throw new WeirException(ExitCode.USAGE, Objects.toString(e.getMessage(), ""), e);
        }
    }
}
