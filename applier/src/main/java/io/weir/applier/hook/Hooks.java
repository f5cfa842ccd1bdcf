package io.weir.applier.hook;

import io.micrometer.core.instrument.MeterRegistry;
import io.weir.applier.reconcile.Change;
import io.weir.applier.reconcile.Selection;
import io.weir.service.Backoff;
import io.weir.service.ExitCode;
import io.weir.service.FaultHandler;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The hooks of one source of a replica, each with a thread and a queue of its own. Thread-safe. */
public final class Hooks implements AutoCloseable {
    /** No hooks. */
    public static final Hooks NONE = new Hooks(List.of());

    private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
    private static final Duration LAST_RETRY = Duration.ofMinutes(1);
    private static final double JITTER = 0.3;

    private final List<HookLine> lines;

    /**
     * Whose they are.
     *
     * @param source the source's name
     * @param replica the replica's name
     * @param root the replica's directory for that source
     */
    public record Place(String source, String replica, Path root) {}

    private Hooks(List<HookLine> lines) {
        this.lines = List.copyOf(lines);
    }

    /**
     * Ready to be called.
     *
     * @param selection which paths the replica takes
     * @param faults told when one cannot go on
     */
    public static Hooks open(
            List<Hook> hooks, Place place, Selection selection, MeterRegistry metrics, FaultHandler faults) {
        List<HookLine> lines = new ArrayList<>();
        for (Hook hook : hooks) {
            lines.add(new HookLine(
                    hook,
                    place,
                    change -> isTaken(selection, change),
                    caller(hook, place),
                    new Backoff(FIRST_RETRY, LAST_RETRY, JITTER),
                    InstantSource.system(),
                    metrics,
                    faults));
        }
        return new Hooks(lines);
    }

    private static boolean isTaken(Selection selection, Change change) {
        return !change.path().isOwn() && (selection.takes(change.path()) || selection.isAbove(change.path()));
    }

    private static Caller caller(Hook hook, Place place) {
        if (hook.means() instanceof Hook.Web web) {
            return new WebCaller(web, hook.timeout());
        }
        List<String> command = new ArrayList<>(((Hook.Program) hook.means()).command());
        command.set(
                0, program(command.get(0)).orElse(Path.of("/", command.get(0))).toString());
        return new CommandCaller(
                "hook/" + hook.name(),
                command,
                Map.of("WEIR_SOURCE", place.source(), "WEIR_REPLICA", place.replica(), "WEIR_HOOK", hook.name()),
                place.root(),
                hook.timeout());
    }

    private static Optional<Path> program(String name) {
        return Programs.find(name, System.getenv("PATH"));
    }

    /**
     * Looks whether hooks can be called at all: a program that is not there would be found out only after the first change.
     *
     * @throws WeirException (SETTINGS) saying which cannot, and what to do
     */
    public static void check(String source, List<Hook> hooks) {
        for (Hook hook : hooks) {
            trouble(hook.means()).ifPresent(trouble -> {
                throw new WeirException(
                        ExitCode.SETTINGS, "hook " + hook.name() + " of source " + source + ": " + trouble);
            });
        }
    }

    /** Why it could not be called by this process at all; empty when it could. */
    public static Optional<String> trouble(Hook.Means means) {
        if (means instanceof Hook.Program program) {
            return Stream.of(program.command().get(0), CommandCaller.SESSION)
                    .filter(name -> program(name).isEmpty())
                    .findFirst()
                    .map(name -> "there is no program '" + name + "' that this user may run"
                            + (name.contains("/") ? "" : " in the directories of PATH")
                            + "; install it, or give its absolute path");
        }
        if (means instanceof Hook.Web web && web.tokenFile().isPresent()) {
            try {
                WebCaller.token(web.tokenFile().get());
            } catch (IOException e) {
                return Optional.ofNullable(e.getMessage());
            }
        }
        return Optional.empty();
    }

    /** Whether there is none. */
    public boolean isEmpty() {
        return lines.isEmpty();
    }

    /**
     * Tells all hooks what was done; they are called in their own threads. Does not block.
     *
     * @param hold asked for once by each hook that the position waits for
     */
    public void applied(Applied applied, Supplier<Hold> hold) {
        lines.forEach(line -> line.add(applied, hold));
    }

    /** Which hooks fail for which the position waits, and why; empty when none does. */
    public String trouble() {
        return words(HookLine::trouble);
    }

    /** What was given up within the last hour; empty for nothing. */
    public String note() {
        return words(HookLine::note);
    }

    private String words(Function<HookLine, String> of) {
        return String.join(
                "; ", lines.stream().map(of).filter(each -> !each.isEmpty()).toList());
    }

    /** When the oldest change was captured for which the position waits until a hook has been called; null for none. */
    public @Nullable Instant oldestHeld() {
        return lines.stream()
                .map(HookLine::oldestHeld)
                .filter(Objects::nonNull)
                .min(Instant::compareTo)
                .orElse(null);
    }

    /** Waits until all is told, at most about so long, and not for hooks that fail. */
    public void drain(Duration most) throws InterruptedException {
        long end = System.nanoTime() + most.toNanos();
        for (HookLine line : lines) {
            line.drain(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    /** Ends calls under way; see {@link HookLine#close}. */
    @Override
    public void close() {
        lines.forEach(HookLine::close);
    }
}
