package io.weir.cli;

import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code weir baseline}: makes a replica equal as a whole, or directories of it. */
@Command(
        name = "baseline",
        description =
                "Makes a replica, or directories of it, equal to the source with everything below: lists the source, pulls"
                        + " what differs, deletes what is not there. What is equal already costs a listing.",
        footer = {"", "Examples:", "  weir baseline backup1", "  weir baseline backup1 projects/one --source data"})
final class BaselineCommand implements Callable<Integer> {
    @Mixin
    CommandOptions options = new CommandOptions();

    @Parameters(index = "0", paramLabel = "REPLICA", description = "The replica.")
    String replica = "";

    @Parameters(
            index = "1..*",
            paramLabel = "PATH",
            description = "Directories or files relative to the source's root (default: all of it).")
    List<String> paths = new ArrayList<>();

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "The source; needed when the replica has several and a path is given.")
    @Nullable
    String source;

    @Override
    public Integer call() {
        List<byte[]> fields = fields();
        List<Commander.Address> addresses = sources().stream()
                .map(each -> new Commander.Address(replica, each))
                .toList();
        if (addresses.size() > 1 && !paths.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "replica " + replica + " has several sources, "
                            + addresses.stream().map(Commander.Address::source).toList()
                            + "; say which one the paths are of, with --source");
        }
        Map<Commander.Address, List<byte[]>> all = new java.util.LinkedHashMap<>();
        addresses.forEach(each -> all.put(each, fields));
        if (options.dryRun) {
            throw new WeirException(ExitCode.USAGE, "a baseline has no dry run yet: nothing was asked for");
        }
        return options.ask(CommandKind.BASELINE, all);
    }

    private List<byte[]> fields() {
        if (paths.isEmpty()) {
            return List.of(RelPath.ROOT.bytes());
        }
        List<byte[]> fields = new ArrayList<>();
        // The bytes that were typed, as far as the JDK can give them back.
        Charset typed = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        for (String path : paths) {
            try {
                fields.add(RelPath.of(path.getBytes(typed)).bytes());
            } catch (IllegalArgumentException e) {
                throw new WeirException(ExitCode.USAGE, Objects.toString(e.getMessage(), ""), e);
            }
        }
        return fields;
    }

    /** The sources that the replica's applier has reported. */
    private Set<String> sources() {
        TreeSet<String> known = new TreeSet<>();
        for (Status each : StatusCommand.read(options.kafka.kafka())) {
            if (each.getRole() == Role.APPLIER && replica.equals(each.getReplica()) && each.getSource() != null) {
                known.add(each.getSource());
            }
        }
        TreeSet<String> chosen = new TreeSet<>(source == null ? known : List.of(source));
        if (!known.containsAll(chosen) || chosen.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "no applier has reported replica '" + replica + "'"
                            + (source == null ? "" : " of source '" + source + "'")
                            + "; `weir status` shows those there are");
        }
        return chosen;
    }
}
