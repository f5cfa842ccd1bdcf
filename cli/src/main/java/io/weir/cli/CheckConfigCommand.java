package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.SettingsText;
import io.weir.service.SettingsText.Checked;
import io.weir.service.WeirException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir check-config}: whether a start or a reload would take a settings file. */
@Command(
        name = "check-config",
        description =
                "Reads a settings file as the stages would whose sections are in it, and looks at the files it names: keys,"
                        + " certificates, secrets, directories. Asks neither Kafka nor any other host, and changes nothing."
                        + " All problems are told at once, and the exit code is 3 then.",
        footer = {
            "",
            "Run it as the stage's user on the stage's host, since it is that user who has to read what the file names. The file of a"
                    + " `weir up` is none for it, as that decides names and addresses itself.",
            "",
            "Examples:",
            "  weir check-config /etc/weir/applier.yaml && systemctl reload weir-applier",
            "  weir check-config weir.yaml --role agent -o json"
        })
final class CheckConfigCommand implements Callable<Integer> {
    @Parameters(index = "0", paramLabel = "FILE", description = "Settings file in YAML.")
    Path file = Path.of("weir.yaml");

    @Option(
            names = "--role",
            paramLabel = "ROLE",
            description =
                    "agent, aggregator, applier, console or server (default: those whose section is in the file, or"
                            + " what a command reads if there is none); may be repeated.")
    List<String> roles = new ArrayList<>();

    @Mixin
    OutputOption output = new OutputOption();

    @Spec
    @Nullable
    CommandSpec spec;

    /** What was found of one role; without problems there is a summary. */
    private record Finding(String role, String summary, List<String> problems) {
        static <S> Finding of(Role<S> role, SettingsText text) {
            Checked<S> checked = text.check(role::read);
            S settings = checked.settings();
            return new Finding(
                    role.name(), settings == null ? "" : role.summary().apply(settings), checked.problems());
        }
    }

    @Override
    public Integer call() {
        SettingsText text = SettingsText.of(file);
        List<Finding> findings = new ArrayList<>();
        chosen(text).forEach(role -> findings.add(Finding.of(role, text)));
        Set<String> problems = new LinkedHashSet<>();
        findings.forEach(each -> problems.addAll(each.problems()));
        PrintWriter out = Outputs.out(spec);
        if (output.isJson()) {
            out.print(json(findings));
        } else {
            findings.stream()
                    .filter(each -> each.problems().isEmpty())
                    .forEach(each -> out.println(each.role() + ": ok, " + each.summary()));
        }
        out.flush();
        if (!problems.isEmpty() && !output.isJson()) {
            throw new WeirException(
                    ExitCode.SETTINGS,
                    (problems.size() == 1 ? "1 problem" : problems.size() + " problems") + " in the settings:\n  "
                            + String.join("\n  ", problems));
        }
        return (problems.isEmpty() ? ExitCode.OK : ExitCode.SETTINGS).number();
    }

    private List<Role<?>> chosen(SettingsText text) {
        List<Role<?>> all = Role.all(file);
        List<String> names = all.stream().<String>map(Role::name).toList();
        for (String role : roles) {
            if (!names.contains(role)) {
                throw new WeirException(
                        ExitCode.USAGE, "--role " + role + ": must be one of " + String.join(", ", names));
            }
        }
        if (!roles.isEmpty()) {
            return all.stream().filter(each -> roles.contains(each.name())).toList();
        }
        Collection<String> keys = text.values().keySet();
        // In a server's file these sections are of the aggregator and the page in it.
        boolean isServer = Sections.has(keys, "server");
        List<Role<?>> found = all.stream()
                .filter(each -> Sections.has(keys, each.name()))
                .filter(each -> !isServer || !(each.equals(Role.AGGREGATOR) || each.equals(Role.CONSOLE)))
                .toList();
        return found.isEmpty() ? List.of(Role.KAFKA) : found;
    }

    private static String json(List<Finding> findings) {
        return Json.array(findings, (json, each) -> {
            json.writeStringField("role", each.role());
            json.writeBooleanField("ok", each.problems().isEmpty());
            json.writeStringField("summary", each.summary());
            json.writeArrayFieldStart("problems");
            for (String problem : each.problems()) {
                json.writeString(problem);
            }
            json.writeEndArray();
        });
    }
}
