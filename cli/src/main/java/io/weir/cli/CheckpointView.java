package io.weir.cli;

import io.weir.schemas.Command;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Result;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** How far a checkpoint is: which replicas must pass it, which have, and what the others wait for. Pure. */
final class CheckpointView {
    private final List<Command> commands;
    private final Map<Commander.Address, Result> passed;
    private final List<Status> components;
    private final StatusView states;
    private final Instant now;

    /**
     * A view as of a moment.
     *
     * @param commands the checkpoint, one command for each source
     * @param passed what the replicas said that have passed it
     * @param components what all components said last
     */
    CheckpointView(
            List<Command> commands, Map<Commander.Address, Result> passed, List<Status> components, Instant now) {
        this.commands = commands;
        this.passed = passed;
        this.components = components;
        this.states = new StatusView(now, components);
        this.now = now;
    }

    /**
     * The replicas that must pass: all that have an applier which was not stopped in order, whether it is heard of or not; or the one
     * that is named.
     */
    static Set<Commander.Address> required(
            Collection<String> sources, @Nullable String replica, List<Status> components) {
        return components.stream()
                .filter(each -> each.getRole() == Role.APPLIER && each.getReplica() != null)
                .filter(each -> each.getSource() != null && sources.contains(each.getSource()))
                .filter(each -> replica == null ? isExpected(each.getState()) : replica.equals(each.getReplica()))
                .map(each -> new Commander.Address(String.valueOf(each.getReplica()), String.valueOf(each.getSource())))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static boolean isExpected(ComponentState state) {
        return state != ComponentState.STOPPED && state != ComponentState.PROMOTED;
    }

    /** How a command ends that waited for these replicas. */
    ExitCode exit(Set<Commander.Address> required) {
        if (!passed.keySet().containsAll(required)) {
            return ExitCode.TIMEOUT;
        }
        boolean isWhole = required.stream().map(passed::get).allMatch(each -> troubles(each) == 0);
        return isWhole ? ExitCode.OK : ExitCode.ATTENTION;
    }

    private static long troubles(@Nullable Result result) {
        return result == null ? 0 : result.getFailed() + result.getHeld();
    }

    String table(Set<Commander.Address> required) {
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"REPLICA", "SOURCE", "STATE", "AFTER", "DEAD", "HELD", "MESSAGE"});
        for (Commander.Address each : sorted(required)) {
            Result result = passed.get(each);
            rows.add(new String[] {
                each.replica(),
                each.source(),
                result == null ? "waiting" : "passed",
                result == null ? "-" : StatusView.duration(after(each, result)),
                result == null ? "-" : Long.toString(result.getFailed()),
                result == null ? "-" : Long.toString(result.getHeld()),
                message(each, result)
            });
        }
        return Table.render(rows);
    }

    String json(Set<Commander.Address> required) {
        return Json.array(sorted(required), (json, each) -> {
            Result result = passed.get(each);
            json.writeStringField("id", command(each.source()).getId());
            json.writeStringField("source", each.source());
            json.writeStringField("replica", each.replica());
            json.writeBooleanField("passed", result != null);
            if (result == null) {
                json.writeNullField("passedAt");
            } else {
                json.writeStringField("passedAt", result.getFinishedAt().toString());
            }
            json.writeNumberField("deadLetters", result == null ? 0 : result.getFailed());
            json.writeNumberField("heldPaths", result == null ? 0 : result.getHeld());
            json.writeStringField("message", message(each, result));
        });
    }

    private static List<Commander.Address> sorted(Set<Commander.Address> required) {
        return required.stream()
                .sorted((a, b) -> (a.source() + "/" + a.replica()).compareTo(b.source() + "/" + b.replica()))
                .toList();
    }

    private Command command(String source) {
        return commands.stream()
                .filter(each -> each.getSource().equals(source))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no checkpoint of source " + source));
    }

    private Duration after(Commander.Address each, Result result) {
        return Duration.between(command(each.source()).getIssuedAt(), result.getFinishedAt());
    }

    private String message(Commander.Address each, @Nullable Result result) {
        if (result != null) {
            return troubles(result) == 0
                    ? ""
                    : "it differs in these paths; `weir deadletters list --replica " + each.replica() + "` names them";
        }
        boolean isThrough =
                passed.keySet().stream().anyMatch(other -> other.source().equals(each.source()));
        if (!isThrough) {
            Optional<String> agent = agentTrouble(command(each.source()), components, now);
            if (agent.isPresent()) {
                return agent.get();
            }
        }
        return find(Role.APPLIER, each.source(), each.replica(), components)
                .map(status -> "applier " + word(status) + said(status))
                .orElse("no applier reports this replica any more");
    }

    private String word(Status status) {
        return states.isSilent(status) ? "silent" : status.getState().name().toLowerCase(Locale.ROOT);
    }

    private static String said(Status status) {
        String message = status.getMessage();
        return message == null || message.isEmpty()
                ? ", " + status.getPendingPaths() + " paths pending"
                : ": " + message;
    }

    /** Why the agent does not carry a checkpoint out, as far as it has told; empty when it should. */
    static Optional<String> agentTrouble(Command command, List<Status> components, Instant now) {
        StatusView states = new StatusView(now, components);
        String source = command.getSource();
        Optional<Status> agent = find(Role.AGENT, source, null, components);
        boolean serves = agent.filter(each -> !states.isGone(each) && each.getState() != ComponentState.UNAVAILABLE)
                .isPresent();
        if (serves) {
            return Optional.empty();
        }
        String what = agent.map(each -> each.getComponent() + " is "
                        + (states.isSilent(each)
                                ? "silent"
                                : each.getState().name().toLowerCase(Locale.ROOT)))
                .orElse("no agent has reported source '" + source + "'");
        return Optional.of(
                now.isAfter(command.getExpiresAt())
                        ? what + ", and the checkpoint expired at " + command.getExpiresAt() + "; make another one"
                        : what + "; the checkpoint is carried out if one serves the source before "
                                + command.getExpiresAt());
    }

    private static Optional<Status> find(Role role, String source, @Nullable String replica, List<Status> components) {
        return components.stream()
                .filter(each -> each.getRole() == role && source.equals(each.getSource()))
                .filter(each -> replica == null || replica.equals(each.getReplica()))
                .findFirst();
    }

    /** The sources that agents have reported. */
    static Set<String> sources(List<Status> components) {
        return components.stream()
                .filter(each -> each.getRole() == Role.AGENT && each.getSource() != null)
                .map(each -> String.valueOf(each.getSource()))
                .collect(Collectors.toCollection(TreeSet::new));
    }
}
