package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.util.List;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;

/**
 * Tells a person why a command did not do what was asked, and makes an {@link ExitCode} of it.
 *
 * <p>A class, since Java keeps interfaces as old as picocli's out of an archive of classes when a lambda implements them, and then
 * opens every jar to find them.
 */
final class Failures implements IExecutionExceptionHandler, IParameterExceptionHandler {
    private final PrintWriter err;

    Failures(PrintWriter err) {
        this.err = err;
    }

    /** What is wrong in the command line, and what it could be. */
    @Override
    public int handleParseException(CommandLine.ParameterException wrong, String[] arguments) {
        CommandLine line = wrong.getCommandLine();
        List<String> unknown = line.getUnmatchedArguments();
        // An option that is missing and one that nobody knows are mostly one that was mistyped.
        CommandLine.ParameterException told =
                wrong instanceof CommandLine.MissingParameterException && !unknown.isEmpty()
                        ? new CommandLine.UnmatchedArgumentException(line, options(unknown))
                        : wrong;
        err.println("weir: " + told.getMessage());
        if (told != wrong) {
            err.println("weir: " + wrong.getMessage());
        }
        if (!CommandLine.UnmatchedArgumentException.printSuggestions(told, err)) {
            if (line.getSubcommands().isEmpty()) {
                CommandLine.Help help = line.getHelp();
                err.print(help.synopsisHeading() + help.synopsis(help.synopsisHeadingLength()));
                err.println("`" + line.getCommandSpec().qualifiedName() + " --help` explains it.");
            } else {
                line.usage(err);
            }
        }
        return ExitCode.USAGE.number();
    }

    /** Those that look like options; all when none does. */
    private static List<String> options(List<String> unknown) {
        List<String> options =
                unknown.stream().filter(each -> each.startsWith("-")).toList();
        return options.isEmpty() ? unknown : options;
    }

    /** One line for what a person can act upon; the whole story of anything else goes to the log. */
    @Override
    public int handleExecutionException(Exception failure, CommandLine command, CommandLine.ParseResult parsed) {
        if (failure instanceof WeirException known) {
            err.println("weir: " + known.getMessage());
            return known.exitCode().number();
        }
        if (failure instanceof InterruptedException) {
            Thread.currentThread().interrupt();
            return ExitCode.INTERRUPTED.number();
        }
        LoggerFactory.getLogger(Main.class).error("Command failed", failure);
        err.println("weir: " + failure);
        return ExitCode.FAILURE.number();
    }
}
