package io.weir.cli;

import picocli.CommandLine.Option;

/** How the answer of a command looks. */
final class OutputOption {
    /** What can be chosen. */
    enum Format {
        TABLE,
        JSON
    }

    @Option(
            names = {"-o", "--output"},
            paramLabel = "FORMAT",
            description = "table or json (default: table).")
    Format format = Format.TABLE;

    /** Whether a script reads it. */
    boolean isJson() {
        return format == Format.JSON;
    }
}
