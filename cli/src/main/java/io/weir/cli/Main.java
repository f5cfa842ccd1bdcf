package io.weir.cli;

import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.text.SimpleDateFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Command;

/** The {@code weir} command. */
@Command(
        name = "weir",
        description = "Replicates file changes in real time: agents capture, an aggregator coalesces, appliers pull.")
public final class Main implements Runnable {
    /** As `weir --help` lists them. */
    private static final List<Class<?>> COMMANDS = List.of(
            UpCommand.class,
            StageCommand.AgentStage.class,
            StageCommand.AggregatorStage.class,
            StageCommand.ApplierStage.class,
            ServerCommand.class,
            BrokerCommand.class,
            TopicsCommand.class,
            StatusCommand.class,
            HistoryCommand.class,
            ExplainCommand.class,
            TailCommand.class,
            DeadLettersCommand.class,
            HeldCommands.Approve.class,
            HeldCommands.Discard.class,
            BaselineCommand.class,
            SyncCommand.class,
            PauseCommands.PauseReplica.class,
            PauseCommands.ResumeReplica.class,
            VerifyCommand.class,
            ReplayCommand.class,
            RestoreCommand.class,
            CheckpointCommand.class,
            PromoteCommand.class,
            DemoteCommand.class,
            ConsoleCommand.class,
            DoctorCommand.class,
            CheckConfigCommand.class,
            AclsCommand.class,
            CompletionCommand.class,
            AuthorizeCommand.class);

    @CommandLine.Spec
    CommandLine.Model.@org.jspecify.annotations.Nullable CommandSpec spec;

    /** Called by picocli. */
    public Main() {}

    /** Runs one command and ends the process with its {@link ExitCode}. */
    public static void main(String[] args) {
        QuickLogging.install();
        Thread ahead = new Thread(Main::loadAhead, "load-ahead");
        ahead.setDaemon(true);
        ahead.start();
        PrintWriter out = new PrintWriter(System.out, true, StandardCharsets.UTF_8);
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        System.exit(run(out, err, args));
    }

    /**
     * What takes Java long to set up, and Kafka's clients and Avro need: done beside the reading of the command line. Nothing but
     * Java's own, as two threads that initialise classes which need each other can wait for each other for ever.
     */
    private static void loadAhead() {
        ManagementFactory.getPlatformMBeanServer();
        new SimpleDateFormat("yyyy", Locale.US).getCalendar();
    }

    /**
     * Runs one command.
     *
     * @return the number of an {@link ExitCode}
     */
    public static int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = line(called(args));
        line.setOut(out).setErr(err).setCaseInsensitiveEnumValuesAllowed(true);
        Failures failures = new Failures(err);
        line.setExecutionExceptionHandler(failures).setParameterExceptionHandler(failures);
        int exit = line.execute(args);
        out.flush();
        err.flush();
        return exit;
    }

    /** The command with all that it can do. */
    static CommandLine line() {
        return line(COMMANDS);
    }

    private static CommandLine line(List<Class<?>> commands) {
        CommandLine line = new CommandLine(new Main());
        commands.forEach(each -> line.addSubcommand(new CommandLine(each)));
        describe(line);
        return line;
    }

    /** The command that is called, as looking through the options of all takes longer than most of them do; all, if it is none. */
    private static List<Class<?>> called(String... args) {
        for (Class<?> each : COMMANDS) {
            if (args.length > 0
                    && args[0].equals(each.getAnnotation(Command.class).name())) {
                return List.of(each);
            }
        }
        return COMMANDS;
    }

    private static void describe(CommandLine line) {
        Map<String, String> codes = new LinkedHashMap<>();
        for (ExitCode code : ExitCode.values()) {
            codes.put(Integer.toString(code.number()), code.meaning());
        }
        line.getCommandSpec().mixinStandardHelpOptions(true).versionProvider(new Version());
        line.getCommandSpec()
                .usageMessage()
                .exitCodeListHeading("%nExit codes:%n")
                .exitCodeList(codes)
                .width(100);
        line.getSubcommands().values().forEach(Main::describe);
    }

    /** Without a command there is nothing to do: says so. */
    @Override
    public void run() {
        if (spec != null) {
            throw new CommandLine.ParameterException(spec.commandLine(), "missing command");
        }
    }
}
