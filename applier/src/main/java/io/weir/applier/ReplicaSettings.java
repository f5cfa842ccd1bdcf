package io.weir.applier;

import io.weir.applier.consume.VerifyPlan;
import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.Trash;
import io.weir.applier.hook.Hook;
import io.weir.applier.reconcile.ReconcilerSettings;
import io.weir.applier.reconcile.Selection;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.PathRules;
import io.weir.schemas.TemporaryNames;
import io.weir.service.CronSchedule;
import io.weir.service.Names;
import io.weir.service.Setting;
import io.weir.service.SettingsNode;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One source of a replica. Immutable.
 *
 * @param source the source's name
 * @param root the directory to keep equal to it, absolute
 * @param endpoint where its data is pulled from
 * @param adopt whether a directory that holds something already may become the replica
 * @param selection which paths this replica takes
 * @param rsync options of the pulls
 * @param temporaryNames patterns of names that look temporary
 * @param tempGrace how long such a name has to be there before it is taken
 * @param deletePolicy whether to delete what the source no longer has
 * @param breaker how much of that within an hour
 * @param trash how much of what is deleted or overwritten is kept; empty for nothing
 * @param restoreDirectory takes what is restored; empty for `.weir/restored` of the replica
 * @param verify how it is compared with the source
 * @param baselines when it is made equal as a whole by itself; empty for never
 * @param hooks what is called after changes
 */
public record ReplicaSettings(
        String source,
        Path root,
        RsyncEndpoint endpoint,
        boolean adopt,
        Selection selection,
        RsyncOptions rsync,
        List<String> temporaryNames,
        Duration tempGrace,
        DeletePolicy deletePolicy,
        DeleteBreaker.Limits breaker,
        Optional<Trash.Keep> trash,
        Optional<Path> restoreDirectory,
        VerifyPlan verify,
        Optional<CronSchedule> baselines,
        List<Hook> hooks) {
    /** How long a temporary-looking name has to be there. */
    public static final Duration DEFAULT_TEMP_GRACE = Duration.ofSeconds(10);

    static final Setting<String> NAME = Setting.requiredText("name", "Name of the source.")
            .check(name -> Names.isName(name, 64), Names.RULE + ", 64 at most, as the agent has it");
    static final Setting<Path> ROOT = Setting.requiredPath(
            "root", "Directory that becomes and stays equal to the source. Empty at first, or see `adopt`.");
    static final Setting<Boolean> ADOPT = Setting.flag(
            "adopt",
            false,
            "Let a directory that holds something already become the replica, and fill one that lost its replica. What"
                    + " the source does not have is deleted.");
    static final Setting<List<String>> PATHS = Setting.list(
            "paths",
            List.of(),
            "Directories and files of the source that this replica takes, such as `[projects/alpha, www]`, each with"
                    + " everything below it; empty for all. The directories above them are made as they are needed."
                    + " Nothing else is looked at or deleted in the replica.");
    static final Setting<List<String>> FILTERS = Setting.list(
            "filters",
            List.of(),
            "Patterns of paths that this replica does not take. After a change of `paths` or `filters` a baseline"
                    + " brings what is taken now; what is not taken any more stays as it is.");
    static final Setting<Map<String, String>> RSYNC =
            Setting.map("rsync", "Options of the pulls: " + String.join(", ", RsyncOptions.NAMES) + ".");
    static final Setting<Long> BASELINE_BWLIMIT = Setting.size(
            "baseline.bwlimit",
            0,
            "Bytes per second of one pull of a baseline, in the place of `bwlimit` in `rsync`; 0 for no other limit"
                    + " than that.");
    static final Setting<Optional<String>> BASELINE_SCHEDULE = Setting.optionalText(
            "baseline.schedule",
            "When the whole replica is made equal to the source by itself, as by `weir baseline`: five fields as in"
                    + " crontab(5), local time, such as `30 2 * * 0`; empty for never. Not while one is under way or the"
                    + " replica is paused: that is logged and told in `weir tail`.");
    static final Setting<List<String>> TEMP_NAMES = Setting.list(
            "temp.names", TemporaryNames.DEFAULTS, "Patterns of names that look temporary and wait `temp.grace`.");
    static final Setting<Duration> TEMP_GRACE = Setting.duration(
            "temp.grace", DEFAULT_TEMP_GRACE, "How long a temporary-looking name has to be there before it is taken.");
    static final Setting<Delete> DELETE =
            Setting.choice("delete", Delete.ALWAYS, "Whether to delete what the source no longer has.");

    static final Setting<Integer> BREAKER_DELETES = Setting.count(
            "breaker.deletes",
            (int) DeleteBreaker.Limits.DEFAULTS.deletes(),
            "Most entries deleted within an hour; what would be more is held until `weir approve` or `weir discard`. 0"
                    + " for no limit.");
    static final Setting<Double> BREAKER_SHARE = Setting.share(
            "breaker.share",
            DeleteBreaker.Limits.DEFAULTS.share(),
            "Largest part by which the replica may shrink within an hour; more is held. 1 for no limit.");
    static final Setting<Integer> BREAKER_FLOOR = Setting.count(
            "breaker.floor",
            (int) DeleteBreaker.Limits.DEFAULTS.floor(),
            "So many entries less within an hour are never too large a part.");

    static final Setting<Boolean> TRASH = Setting.flag(
            "trash.enabled",
            false,
            "Keep what is deleted or overwritten in `.weir/trash/` of the replica. Files updated in place are copied"
                    + " first.");
    static final Setting<Duration> TRASH_KEEP =
            Setting.duration("trash.keep", Duration.ofDays(30), "How long the trash is kept.");
    static final Setting<Long> TRASH_SIZE =
            Setting.size("trash.max.size", 0, "At more than this the oldest of the trash goes; 0 for no limit.");
    static final Setting<Optional<Path>> RESTORE_DIRECTORY = Setting.optionalPath(
            "restore.dir",
            "The only directory that `weir restore` writes to, outside of the replica's own files; it has to be there."
                    + " Without it that is `.weir/restored` in the replica.");

    /** All settings of a source of a replica, for the reference. */
    public static final List<Setting<?>> SETTINGS = Stream.of(
                    List.of(NAME, ROOT),
                    EndpointSettings.SETTINGS,
                    List.of(
                            ADOPT,
                            PATHS,
                            FILTERS,
                            RSYNC,
                            BASELINE_BWLIMIT,
                            BASELINE_SCHEDULE,
                            TEMP_NAMES,
                            TEMP_GRACE,
                            DELETE,
                            BREAKER_DELETES,
                            BREAKER_SHARE,
                            BREAKER_FLOOR,
                            TRASH,
                            TRASH_KEEP,
                            TRASH_SIZE,
                            RESTORE_DIRECTORY),
                    VerifySettings.SETTINGS)
            .<Setting<?>>flatMap(List::stream)
            .toList();

    /** Not to be used: returned beside problems. */
    static final ReplicaSettings STAND_IN =
            new ReplicaSettings("invalid", Path.of("/missing"), new RsyncEndpoint("rsync://invalid/invalid/"));

    /** The words of the setting {@code delete}. */
    enum Delete {
        ALWAYS,
        NEVER
    }

    /** Checks the patterns. */
    public ReplicaSettings {
        PathRules.of(temporaryNames);
        temporaryNames = List.copyOf(temporaryNames);
        hooks = List.copyOf(hooks);
    }

    /** A source with defaults for everything that has one. */
    public ReplicaSettings(String source, Path root, RsyncEndpoint endpoint) {
        this(
                source,
                root,
                endpoint,
                false,
                Selection.ALL,
                RsyncOptions.DEFAULTS,
                TemporaryNames.DEFAULTS,
                DEFAULT_TEMP_GRACE,
                DeletePolicy.ALLOW,
                DeleteBreaker.Limits.DEFAULTS,
                Optional.empty(),
                Optional.empty(),
                VerifyPlan.DEFAULTS,
                Optional.empty(),
                List.of());
    }

    /** What makes a directory equal to the source of this identity by these settings. */
    ReconcilerSettings reconciler(String replica, Path directory, UUID id) {
        return new ReconcilerSettings(
                source,
                replica,
                directory,
                id,
                endpoint,
                rsync,
                selection,
                PathRules.of(temporaryNames),
                tempGrace,
                deletePolicy,
                breaker,
                trash);
    }

    /** The same for another directory and another way to the data. */
    public ReplicaSettings at(Path otherRoot, RsyncEndpoint otherEndpoint) {
        return new ReplicaSettings(
                source,
                otherRoot,
                otherEndpoint,
                adopt,
                selection,
                rsync,
                temporaryNames,
                tempGrace,
                deletePolicy,
                breaker,
                trash,
                restoreDirectory,
                verify,
                baselines,
                hooks);
    }

    /** The same, and a directory that holds something already may become the replica. */
    public ReplicaSettings adopting() {
        return new ReplicaSettings(
                source,
                root,
                endpoint,
                true,
                selection,
                rsync,
                temporaryNames,
                tempGrace,
                deletePolicy,
                breaker,
                trash,
                restoreDirectory,
                verify,
                baselines,
                hooks);
    }

    /** Whether another one is of the same source in the same directory, and may hold there what this one may. */
    boolean isAt(ReplicaSettings other) {
        return source.equals(other.source) && root.equals(other.root) && adopt == other.adopt;
    }

    /** Reads one entry of the list {@code sources}; null when it has problems, which are noted. */
    static @Nullable ReplicaSettings read(SettingsNode node) {
        String name = node.get(NAME);
        Path root = node.get(ROOT);
        RsyncEndpoint endpoint = EndpointSettings.read(node);
        boolean adopt = node.get(ADOPT);
        node.look(ROOT, () -> ReplicaRoot.foreign(name, root, adopt));
        Selection selection = selection(node);
        Map<String, String> rsync = node.get(RSYNC);
        List<String> names = node.get(TEMP_NAMES);
        Duration grace = node.get(TEMP_GRACE);
        DeletePolicy delete = node.get(DELETE) == Delete.NEVER ? DeletePolicy.NEVER : DeletePolicy.ALLOW;
        DeleteBreaker.Limits breaker =
                new DeleteBreaker.Limits(node.get(BREAKER_DELETES), node.get(BREAKER_SHARE), node.get(BREAKER_FLOOR));
        Trash.Keep keep = new Trash.Keep(node.get(TRASH_KEEP), node.get(TRASH_SIZE));
        Optional<Trash.Keep> trash = node.get(TRASH) ? Optional.of(keep) : Optional.empty();
        Optional<Path> restore = restoreDirectory(node, root);
        RsyncOptions options = null;
        try {
            options = RsyncOptions.of(rsync).withBaselineBwlimit(node.get(BASELINE_BWLIMIT));
        } catch (IllegalArgumentException e) {
            node.problem(RSYNC, String.valueOf(e.getMessage()));
        }
        List<Hook> hooks = HookSettings.read(node);
        boolean namesAreFine = isFine(node, TEMP_NAMES, names);
        VerifyPlan verify = VerifySettings.read(node);
        Optional<CronSchedule> baselines = Schedules.read(node, BASELINE_SCHEDULE);
        if (endpoint == null || options == null || selection == null || !namesAreFine) {
            return null;
        }
        return new ReplicaSettings(
                name, root, endpoint, adopt, selection, options, names, grace, delete, breaker, trash, restore, verify,
                baselines, hooks);
    }

    /** In the replica's own files the next baseline would delete it. */
    private static Optional<Path> restoreDirectory(SettingsNode node, Path root) {
        Optional<Path> directory = node.get(RESTORE_DIRECTORY).map(Path::normalize);
        Path replica = root.normalize();
        if (directory.isPresent() && directory.get().startsWith(replica)) {
            node.problem(
                    RESTORE_DIRECTORY,
                    "must not lie in the replica, " + replica + "; leave it out for .weir/restored there");
        }
        return directory;
    }

    private static @Nullable Selection selection(SettingsNode node) {
        List<String> paths = node.get(PATHS);
        List<String> filters = node.get(FILTERS);
        if (!isFine(node, FILTERS, filters)) {
            return null;
        }
        try {
            return Selection.of(paths, filters);
        } catch (IllegalArgumentException e) {
            node.problem(PATHS, String.valueOf(e.getMessage()));
            return null;
        }
    }

    private static boolean isFine(SettingsNode node, Setting<List<String>> setting, List<String> patterns) {
        try {
            PathRules.of(patterns);
            return true;
        } catch (IllegalArgumentException e) {
            node.problem(setting, String.valueOf(e.getMessage()));
            return false;
        }
    }
}
