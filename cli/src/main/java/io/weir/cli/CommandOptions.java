package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.Result;
import io.weir.service.ExitCode;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What all commands that ask appliers for something have in common: how long to wait, and how answers look. */
final class CommandOptions {
    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(
            names = "--wait",
            paramLabel = "SECONDS",
            description = "How long to wait for the applier's answer (default: 30, for a dry run 600); 0 not to wait.")
    @Nullable
    Integer wait;

    @Option(
            names = "--expire",
            paramLabel = "MINUTES",
            description = "An applier that reads the command later does nothing (default: 60).")
    int expire = 60;

    @Option(names = "--dry-run", description = "Show what would be done and change nothing.")
    boolean dryRun;

    @Mixin
    OutputOption output = new OutputOption();

    /** Asks for the same of each path of each address, and prints the answers. */
    int ask(CommandKind kind, Map<Commander.Address, List<byte[]>> paths) {
        return ask(kind, paths, this::print);
    }

    /** What commands and the answers to them are shown with; an answer that did not come is not in the map. */
    @FunctionalInterface
    interface Printer {
        void print(List<Command> commands, Map<String, Result> answers);
    }

    /** The same with answers that look otherwise. */
    int ask(CommandKind kind, Map<Commander.Address, List<byte[]>> paths, Printer printer) {
        int patience = wait != null ? wait : dryRun ? 600 : 30;
        Commander commander = new Commander(kafka.kafka(), Duration.ofMinutes(expire));
        List<Command> commands = new ArrayList<>();
        paths.forEach((to, some) -> commands.addAll(commander.commands(kind, to, some)));
        Map<String, Result> answers = commander.give(commands, Duration.ofSeconds(patience));
        printer.print(commands, answers);
        if (answers.values().stream().anyMatch(each -> each.getFailed() > 0)) {
            return ExitCode.FAILURE.number();
        }
        return (answers.size() < commands.size() && patience > 0 ? ExitCode.UNAVAILABLE : ExitCode.OK).number();
    }

    private void print(List<Command> commands, Map<String, Result> answers) {
        PrintWriter out = kafka.out();
        if (output.isJson()) {
            out.print(Json.array(commands, (json, each) -> {
                Result answer = answers.get(each.getId());
                json.writeStringField("id", each.getId());
                json.writeStringField("kind", each.getKind().name().toLowerCase(Locale.ROOT));
                json.writeStringField("replica", each.getReplica());
                json.writeStringField("source", each.getSource());
                json.writeBooleanField("answered", answer != null);
                json.writeNumberField("paths", answer == null ? 0 : answer.getPaths());
                json.writeNumberField("refused", answer == null ? 0 : answer.getFailed());
                json.writeStringField("message", message(each, answer));
            }));
        } else {
            commands.forEach(each -> out.println(
                    each.getReplica() + "/" + each.getSource() + ": " + message(each, answers.get(each.getId()))));
        }
        out.flush();
    }

    static String message(Command command, @Nullable Result answer) {
        if (answer == null) {
            return "not answered yet; it is carried out if the applier reads it before " + command.getExpiresAt();
        }
        String message = answer.getMessage() == null ? "" : answer.getMessage();
        return answer.getFailed() > 0 ? message + " (" + answer.getFailed() + " refused)" : message;
    }

    /** The keys of letters by whom they belong to. */
    static Map<Commander.Address, List<byte[]>> byAddress(List<Letter> letters) {
        Map<Commander.Address, List<byte[]>> paths = new LinkedHashMap<>();
        for (Letter each : letters) {
            paths.computeIfAbsent(
                            new Commander.Address(
                                    each.key().replica(), each.key().source()),
                            key -> new ArrayList<>())
                    .add(each.key().path());
        }
        return paths;
    }
}
