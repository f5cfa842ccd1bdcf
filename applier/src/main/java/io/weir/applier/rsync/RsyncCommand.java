package io.weir.applier.rsync;

import io.weir.service.RsyncProgram;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The arguments of every rsync call. Pure and immutable.
 *
 * <p>rsync only ever adds and updates: no delete option and no {@code --force} appears here, as versions differ in what those
 * destroy. Paths travel as a NUL-separated list on standard input, never as arguments.
 */
public final class RsyncCommand {
    /**
     * What is printed for each path: {@code %i} and {@code %M} have fixed widths, {@code %b} is digits, and no path contains
     * {@code //}, so that the escaped name ends there whatever it holds; {@code %L} names the leader of a hard link.
     */
    static final String FORMAT = "%i %M %b %n//%L";

    /** The same with the length of a file in the place of what came of it: nothing comes in a dry run. */
    private static final String DRY_FORMAT = FORMAT.replace("%b", "%l");

    private final RsyncProgram binary;
    private final RsyncEndpoint endpoint;
    private final RsyncOptions options;
    private final Path root;
    private final Path emptyDirectory;
    private final String tempDirectory;
    private final boolean mayChown;

    /**
     * Fixes what all calls share.
     *
     * @param root the replica's root
     * @param emptyDirectory an empty directory, where listings pretend to copy to
     * @param tempDirectory where rsync builds files, relative to the root
     * @param mayChown whether this process may change owners, be it root or not: rsync by itself looks at the user's number
     */
    public RsyncCommand(
            RsyncProgram binary,
            RsyncEndpoint endpoint,
            RsyncOptions options,
            Path root,
            Path emptyDirectory,
            String tempDirectory,
            boolean mayChown) {
        this.binary = binary;
        this.endpoint = endpoint;
        this.options = options;
        this.root = root;
        this.emptyDirectory = emptyDirectory;
        this.tempDirectory = tempDirectory;
        this.mayChown = mayChown;
    }

    /** How a pull builds files. */
    public enum Mode {
        /** Builds each changed file aside and renames it into place. */
        NORMAL,
        /** Writes changed parts into the existing file: only for files with one name here. */
        IN_PLACE,
        /** Builds every listed file anew, which frees it from names it is no longer linked with. */
        ANEW
    }

    /**
     * A pull of listed paths into the replica.
     *
     * @param backupDirectory where overwritten files go, relative to the root; null not to keep them
     */
    public List<String> pull(Mode mode, @Nullable String backupDirectory) {
        List<String> arguments = start();
        addAttributes(arguments);
        switch (mode) {
            case NORMAL -> arguments.add("--temp-dir=" + tempDirectory);
            case IN_PLACE -> arguments.add("--inplace");
            case ANEW -> {
                arguments.add("--temp-dir=" + tempDirectory);
                arguments.add("--ignore-times");
            }
        }
        if (mode != Mode.IN_PLACE && options.wholeFile()) {
            arguments.add("--whole-file");
        }
        if (backupDirectory != null) {
            arguments.add("--backup");
            arguments.add("--backup-dir=" + backupDirectory);
        }
        if (options.bwlimit() > 0) {
            arguments.add("--bwlimit=" + options.bwlimit());
        }
        addChanges(arguments);
        return end(arguments, root, FORMAT);
    }

    /** What a pull of listed paths would change in the replica; changes nothing. */
    public List<String> compare() {
        List<String> arguments = start();
        arguments.add("-n");
        addAttributes(arguments);
        addChanges(arguments);
        return end(arguments, root, DRY_FORMAT);
    }

    /**
     * In what listed paths differ from the replica, whether or not the replica's own pulls compare contents; changes nothing.
     *
     * @param content whether contents are read and compared, on both sides
     */
    public List<String> verify(boolean content) {
        List<String> arguments = start();
        arguments.add("-n");
        addAttributes(arguments);
        if (content) {
            arguments.add("--checksum");
        }
        addMaps(arguments);
        return end(arguments, root, DRY_FORMAT);
    }

    private void addAttributes(List<String> arguments) {
        arguments.add("-aH" + (binary.acls() ? "A" : "") + (binary.xattrs() ? "X" : ""));
        arguments.add("-ii");
        arguments.add("--numeric-ids");
        arguments.add("--modify-window=-1");
    }

    private void addChanges(List<String> arguments) {
        if (options.checksum()) {
            arguments.add("--checksum");
        }
        addMaps(arguments);
    }

    private void addMaps(List<String> arguments) {
        add(arguments, "--chmod=", options.chmod());
        add(arguments, "--chown=", options.chown());
        add(arguments, "--usermap=", options.usermap());
        add(arguments, "--groupmap=", options.groupmap());
    }

    /** A listing of paths as they are at the source now, by a dry run into an empty directory. */
    public List<String> confirm(boolean recursive) {
        List<String> arguments = start();
        arguments.add("-n");
        arguments.add(recursive ? "-dlpDHr" : "-dlpD");
        return end(arguments, emptyDirectory, DRY_FORMAT);
    }

    /** The directory for temporary files that marks the calls for this replica: processes left over are known by it. */
    public static String tempMark() {
        return "--temp-dir=.weir/tmp/";
    }

    private List<String> start() {
        List<String> arguments = new ArrayList<>();
        // A group of its own: rsync forks, and all of it must be killed together.
        arguments.add("setsid");
        if (options.nice() > 0) {
            arguments.addAll(List.of("nice", "-n", String.valueOf(options.nice())));
        }
        String ionice = options.ionice();
        if (ionice != null) {
            arguments.addAll(ionice.equals("idle") ? List.of("ionice", "-c3") : List.of("ionice", "-c2", "-n7"));
        }
        List<String> variables = endpoint.variables();
        if (!variables.isEmpty()) {
            arguments.add("env");
            arguments.addAll(variables);
        }
        arguments.add(binary.path());
        if (mayChown) {
            // In listings too: devices that it believes it cannot make are not listed.
            arguments.add("--super");
        }
        return arguments;
    }

    private List<String> end(List<String> arguments, Path destination, String format) {
        if (options.compress()) {
            arguments.add("-z");
        }
        if (binary.trustSender()) {
            arguments.add("--trust-sender");
        }
        arguments.add("--ignore-missing-args");
        arguments.add("--from0");
        arguments.add("--files-from=-");
        arguments.add("--out-format=" + format);
        arguments.add("--info=stats1");
        arguments.add("--no-human-readable");
        arguments.addAll(endpoint.options());
        arguments.add("--");
        arguments.add(endpoint.argument());
        arguments.add(destination + "/");
        return List.copyOf(arguments);
    }

    private static void add(List<String> arguments, String option, @Nullable String value) {
        if (value != null) {
            arguments.add(option + value);
        }
    }
}
