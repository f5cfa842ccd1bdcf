package io.weir.cli;

import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** Where a command writes: whatever {@link Main#run} was given. */
final class Outputs {
    private Outputs() {}

    /** The answer of the command; logs never go there. */
    static PrintWriter out(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "set by picocli").commandLine().getOut();
    }

    /** What a person should know, where the answer is for a script. */
    static PrintWriter err(@Nullable CommandSpec spec) {
        return Objects.requireNonNull(spec, "set by picocli").commandLine().getErr();
    }

    /** Whether a person reads what is printed, as the launcher says: secrets are printed to nobody else. */
    static boolean isTerminal() {
        return System.getenv("WEIR_TERMINAL") != null;
    }
}
