package io.weir.cli;

import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.AutoComplete;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code weir completion}: what bash needs to complete the command. The Debian package has it where bash looks. */
@Command(
        name = "completion",
        description = {"Prints completions for bash.", "", "Use: source <(weir completion)"})
final class CompletionCommand implements Callable<Integer> {
    @Spec
    @Nullable
    CommandSpec spec;

    @Override
    public Integer call() {
        PrintWriter out = Outputs.out(spec);
        out.print(AutoComplete.bash("weir", Main.line()));
        out.flush();
        return ExitCode.OK.number();
    }
}
