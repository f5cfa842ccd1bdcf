package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Result;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Whom to ask for versions of paths, and what they answer. Immutable.
 *
 * @param source whose paths they are
 * @param paths as they are in records
 * @param replicas what each applier of the source said last, by replica
 */
record PastReplicas(String source, List<byte[]> paths, SortedMap<String, Status> replicas) {
    /**
     * Finds them out; a replica that was promoted answers no more.
     *
     * @param typed paths as a person typed them
     * @param source only of this one; null when there is but one
     * @param replica only this one; null for all
     * @throws WeirException (USAGE) when it is not clear which source is meant, or nobody has reported it
     */
    static PastReplicas of(
            List<TypedPath> typed, @Nullable String source, @Nullable String replica, List<Status> statuses) {
        Set<String> named = typed.stream()
                .map(TypedPath::source)
                .filter(Objects::nonNull)
                .collect(Collectors.toCollection(TreeSet::new));
        if (source != null) {
            named.add(source);
        }
        SortedMap<String, Status> found = new TreeMap<>();
        TreeSet<String> sources = new TreeSet<>();
        for (Status each : statuses) {
            String has = each.getSource();
            String of = each.getReplica();
            boolean isReplica = each.getRole() == Role.APPLIER && each.getState() != ComponentState.PROMOTED;
            if (isReplica && has != null && of != null && isMeant(has, named, of, replica)) {
                sources.add(has);
                found.put(of, each);
            }
        }
        Set<String> possible = named.size() > 1 ? named : sources;
        if (possible.size() > 1) {
            throw new WeirException(
                    ExitCode.USAGE, "the paths may be of several sources, " + possible + "; choose one with --source");
        }
        if (found.isEmpty()) {
            throw new WeirException(ExitCode.USAGE, nobody(replica, named));
        }
        return new PastReplicas(
                sources.first(), typed.stream().map(each -> each.path().bytes()).toList(), found);
    }

    private static boolean isMeant(String source, Set<String> named, String of, @Nullable String replica) {
        return (named.isEmpty() || named.contains(source)) && (replica == null || replica.equals(of));
    }

    private static String nobody(@Nullable String replica, Set<String> sources) {
        return "no applier has reported " + (replica == null ? "a replica" : "replica '" + replica + "'")
                + (sources.isEmpty()
                        ? ""
                        : " of source "
                                + sources.stream().map(each -> "'" + each + "'").collect(Collectors.joining(", ")))
                + "; `weir status` shows those there are";
    }

    /** The same, with paths as they were typed. */
    static PastReplicas ask(
            KafkaOptions options,
            KafkaSettings kafka,
            List<String> paths,
            @Nullable String source,
            @Nullable String replica) {
        boolean isAbsolute = paths.stream().anyMatch(path -> path.startsWith("/"));
        List<SourceSettings> known = isAbsolute ? KnownSources.of(options) : List.of();
        List<TypedPath> typed =
                paths.stream().map(path -> TypedPath.ofArgument(path, known)).toList();
        return of(typed, source, replica, StatusCommand.read(kafka));
    }

    /** Asks all of them for versions of the paths. */
    Answers versions(KafkaSettings kafka, Duration most) {
        Commander commander = new Commander(kafka, Duration.ofMinutes(10));
        List<Command> commands = new ArrayList<>();
        replicas.keySet()
                .forEach(replica -> commands.addAll(
                        commander.commands(CommandKind.VERSIONS, new Commander.Address(replica, source), paths)));
        return new Answers(commands, commander.give(commands, most));
    }

    /**
     * What was asked, and the answers that came.
     *
     * @param answers by the command's id
     */
    record Answers(List<Command> commands, Map<String, Result> answers) {
        /** The replicas that have versions, or none but could have. */
        TreeSet<String> withTrash() {
            TreeSet<String> found = new TreeSet<>();
            for (Command each : commands) {
                Result answer = answers.get(each.getId());
                if (answer != null && answer.getVersions() != null) {
                    found.add(each.getReplica());
                }
            }
            return found;
        }

        /** What those said that have none, or did not say. */
        List<String> others() {
            return commands.stream()
                    .filter(each -> {
                        Result answer = answers.get(each.getId());
                        return answer == null || answer.getFailed() > 0;
                    })
                    .map(each -> each.getReplica() + "/" + each.getSource() + ": "
                            + CommandOptions.message(each, answers.get(each.getId())))
                    .toList();
        }
    }
}
