package io.weir.applier;

import io.weir.applier.hook.Hook;
import io.weir.applier.hook.Hooks;
import io.weir.schemas.PathRules;
import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads what is called after changes of a replica. */
public final class HookSettings {
    static final String LIST = "hooks";

    static final Setting<Optional<String>> NAME = Setting.optionalText(
                    "name",
                    "Name in logs, metrics and `weir status`; empty for that of the program, or of the URL's host.")
            .check(name -> name.isEmpty() || Names.isName(name.get()), Names.RULE);
    static final Setting<List<String>> COMMAND = Setting.list(
            "command",
            List.of(),
            "Program and arguments, such as `[/usr/local/bin/purge, --zone, www]`, called without a shell as the applier's"
                    + " user, in the replica's directory, with the JSON as its standard input. The exit code 0 is success."
                    + " Either this or `url`.");
    static final Setting<Optional<String>> URL = Setting.optionalText(
            "url", "Address, http or https, to which the JSON is posted. An answer from 200 to 299 is success.");
    static final Setting<Optional<Path>> TOKEN_FILE =
            Setting.optionalPath("token.file", "File of a token that is sent to the URL (`Authorization: Bearer`).");
    static final Setting<List<String>> PATHS = Setting.list(
            "paths",
            List.of(),
            "Patterns of the paths it is told of, such as `['*.html', /img/**]`; empty for all. A directory that was deleted"
                    + " or renamed is always told.");
    static final Setting<Duration> TIMEOUT = Setting.duration(
                    "timeout",
                    Duration.ofSeconds(30),
                    "How long one call may take. A program that takes longer is killed, with what it started.")
            .check(time -> time.toMillis() > 0, "must be at least 1 ms");
    static final Setting<Boolean> REQUIRED = Setting.flag(
            "required",
            false,
            "Call it until it succeeds: the replica's position and checkpoints wait for that, and the state is `retrying`"
                    + " while it fails. Changes go on to be applied.");
    static final Setting<Integer> RETRIES = Setting.count(
            "retries",
            5,
            "How often a call that failed is tried again, with growing waits, before it is given up; without meaning for"
                    + " one that is required.");
    static final Setting<Integer> MAX_PATHS = Setting.count(
                    "max.paths", 10_000, "Most paths of one call; more come in several.")
            .check(count -> count > 0, "must be above 0");

    /** All settings of a hook, for the reference. */
    public static final List<Setting<?>> SETTINGS =
            List.of(NAME, COMMAND, URL, TOKEN_FILE, PATHS, TIMEOUT, REQUIRED, RETRIES, MAX_PATHS);

    private HookSettings() {}

    /** Reads the hooks of one source; problems go into its node. */
    static List<Hook> read(SettingsNode source) {
        List<Hook> hooks = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (SettingsNode node : source.sections(LIST)) {
            Hook hook = readOne(node);
            if (hook != null && !names.add(hook.name())) {
                node.problem(
                        NAME,
                        "'" + hook.name() + "' is the name of two hooks of this source; give each one of its own");
            } else if (hook != null) {
                hooks.add(hook);
            }
        }
        return hooks;
    }

    private static @Nullable Hook readOne(SettingsNode node) {
        Optional<String> name = node.get(NAME);
        Hook.Means means = means(node, node.get(COMMAND), node.get(URL), node.get(TOKEN_FILE));
        PathRules paths = PathRules.NONE;
        try {
            paths = PathRules.of(node.get(PATHS));
        } catch (IllegalArgumentException e) {
            node.problem(PATHS, String.valueOf(e.getMessage()));
        }
        Duration timeout = node.get(TIMEOUT);
        boolean isRequired = node.get(REQUIRED);
        int retries = node.get(RETRIES);
        int maxPaths = node.get(MAX_PATHS);
        if (means == null) {
            return null;
        }
        node.look(means instanceof Hook.Web ? TOKEN_FILE : COMMAND, () -> Hooks.trouble(means));
        return new Hook(name.orElseGet(() -> name(means)), means, paths, timeout, retries, isRequired, maxPaths);
    }

    private static String name(Hook.Means means) {
        String found = means instanceof Hook.Web web
                ? web.url().getHost()
                : ((Hook.Program) means).command().get(0).replaceFirst(".*/", "");
        return found.replaceAll("[^a-zA-Z0-9._-]", "_");
    }

    private static Hook.@Nullable Means means(
            SettingsNode node, List<String> command, Optional<String> url, Optional<Path> token) {
        if (command.isEmpty() == url.isEmpty()) {
            node.problem(
                    COMMAND,
                    command.isEmpty()
                            ? "is missing, and so is url; a hook needs one of them"
                            : "is there beside url; give one of them");
            return null;
        }
        if (url.isPresent()) {
            return web(node, url.get(), token);
        }
        if (token.isPresent()) {
            node.problem(TOKEN_FILE, "is of no use without url");
        }
        String program = command.get(0);
        if (program.isEmpty() || (program.contains("/") && !program.startsWith("/"))) {
            node.problem(COMMAND, "must begin with an absolute path, or with the name of a program that is in PATH");
            return null;
        }
        if (command.stream().anyMatch(word -> word.indexOf('\0') >= 0)) {
            node.problem(COMMAND, "has a NUL, which no argument can have");
            return null;
        }
        return new Hook.Program(command);
    }

    private static Hook.@Nullable Web web(SettingsNode node, String text, Optional<Path> token) {
        URI url;
        try {
            url = URI.create(text);
        } catch (IllegalArgumentException e) {
            node.problem(URL, "is no URL, but must be one such as https://cdn.example/purge");
            return null;
        }
        boolean isPlain = "http".equals(url.getScheme());
        if ((!isPlain && !"https".equals(url.getScheme())) || url.getHost() == null) {
            node.problem(URL, "must begin with https:// or http:// and a host, such as https://cdn.example/purge");
            return null;
        }
        if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
            node.problem(URL, "must hold no user, password or fragment; " + TOKEN_FILE.key() + " is for a token");
            return null;
        }
        if (isPlain && token.isPresent() && !url.getHost().matches("localhost|127(\\.\\d{1,3}){3}|\\[::1]")) {
            node.problem(TOKEN_FILE, "would be sent in the clear to another host; use https");
            return null;
        }
        return new Hook.Web(url, token);
    }
}
