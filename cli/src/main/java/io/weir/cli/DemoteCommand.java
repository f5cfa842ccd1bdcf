package io.weir.cli;

import com.fasterxml.jackson.core.JsonGenerator;
import io.weir.applier.ApplierSettings;
import io.weir.applier.OfflineComparison;
import io.weir.applier.ReplicaSettings;
import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.OnlyHere;
import io.weir.applier.reconcile.Outcome;
import io.weir.applier.replica.FormerSource;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.SettingsFile;
import io.weir.service.WeirException;
import java.io.BufferedWriter;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code weir demote}: makes a replica of a tree in whose place a replica was promoted. */
@Command(
        name = "demote",
        description = {
            "On the host of a former source, once a replica was promoted in its place: lists what only this tree has against"
                    + " the new source, in a file below its .weir, and with --execute makes it a replica, which its applier"
                    + " then makes equal: what was listed is deleted or overwritten by that, and not before.",
            "Goes by the applier's settings for this host, in which the source has this tree as its root and the url of the"
                    + " new source. Refused with 5 when the tree is not a former source's, or its agent runs."
        },
        footer = {
            "",
            "Examples:",
            "  weir demote --config applier.yaml",
            "  weir demote --config applier.yaml --source data --execute"
        })
final class DemoteCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    @Mixin
    KafkaOptions kafka = new KafkaOptions();

    @Option(names = "--source", paramLabel = "NAME", description = "The source; needed when the settings have several.")
    @Nullable
    String source;

    @Option(names = "--execute", description = "Does it.")
    boolean execute;

    @Option(
            names = "--show",
            paramLabel = "N",
            description = "So many paths of each kind (default: 20). JSON has up to 1000, and the file all.")
    int show = 20;

    @Mixin
    OutputOption output = new OutputOption();

    /** What was found. */
    private record Found(Path root, String list, Differences now, List<String> extra, List<String> different) {}

    @Override
    public Integer call() throws InterruptedException {
        Path file = kafka.config()
                .orElseThrow(() -> new WeirException(
                        ExitCode.USAGE, "name the settings of this host's applier with --config FILE"));
        ApplierSettings settings = SettingsFile.read(file, root -> {
            Sections.ignoreBut(root, List.of("applier"));
            return ApplierSettings.read(root);
        });
        ReplicaSettings replica = chosen(settings, file);
        Promotion newest = DesiredRecords.read(kafka.kafka()).newest(replica.source());
        if (newest == null) {
            throw refused(replica, "no replica of source " + replica.source() + " was promoted, as far as Kafka knows");
        }
        FormerSource tree = new FormerSource(replica.root());
        UUID to = UUID.fromString(newest.getTo());
        Optional<UUID> identity = tree.identity();
        if (identity.isEmpty() && tree.replicaOf().equals(Optional.of(to))) {
            kafka.out().println(replica.root() + " is a replica of the new source already; start its applier");
            return ExitCode.OK.number();
        }
        UUID from = identity.orElseThrow(() ->
                refused(replica, "it has no marker .weir/id-..., so that it was no source; is its disk mounted?"));
        requireFormer(replica, newest, from);
        Found found = look(settings.replica(), replica, to);
        if (found.now().state() != Outcome.State.DONE) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "compare " + replica.root() + " with its new source: "
                            + found.now().message());
        }
        if (execute) {
            tree.becomeReplicaOf(from, to);
        }
        print(replica, found);
        return ExitCode.OK.number();
    }

    private ReplicaSettings chosen(ApplierSettings settings, Path file) {
        List<ReplicaSettings> all = settings.sources().stream()
                .filter(each -> source == null || each.source().equals(source))
                .toList();
        if (all.size() != 1) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "the settings in " + file + " are those of replica '" + settings.replica() + "' with the sources "
                            + settings.sources().stream()
                                    .map(ReplicaSettings::source)
                                    .toList()
                            + "; choose one with --source");
        }
        return all.get(0);
    }

    private static WeirException refused(ReplicaSettings replica, String why) {
        return new WeirException(ExitCode.CONFLICT, "make a replica of " + replica.root() + ": " + why);
    }

    private static void requireFormer(ReplicaSettings replica, Promotion newest, UUID from) {
        if (newest.getTo().equals(from.toString())) {
            throw refused(replica, "it is the source " + replica.source() + " itself, promoted last");
        }
        // One whose promotion nobody heard of before another replica's was the source for nobody.
        boolean isFormer = Lineage.isFormer(newest, from.toString())
                || PromotedRoot.find(replica.root())
                        .filter(own -> Lineage.isFormer(newest, own.promotion().getFrom()))
                        .isPresent();
        if (!isFormer) {
            throw refused(
                    replica,
                    "its marker .weir/id-" + from + " is of no tree that was the source " + replica.source()
                            + " before; check root and name of the source");
        }
        try {
            List<Long> watchers = RootWatchers.of(replica.root());
            if (!watchers.isEmpty()) {
                throw refused(
                        replica,
                        "its agent still runs, as process " + watchers + " watches it; stop that, and its rsync"
                                + " daemon, and take the source from `agent.sources` of this host");
            }
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE, "see whether an agent watches " + replica.root() + ": " + e, e);
        }
    }

    private Found look(String name, ReplicaSettings replica, UUID to) throws InterruptedException {
        Path list = replica.root().resolve(".weir").resolve("only-here-" + TIME.format(Instant.now()));
        List<String> extra = new ArrayList<>();
        List<String> different = new ArrayList<>();
        try (BufferedWriter out = open(list)) {
            Differences now = OfflineComparison.onlyHere(name, replica, to, new OnlyHere() {
                @Override
                public void extra(RelPath path) {
                    write(out, "extra      " + path);
                    keep(extra, path.toString());
                }

                @Override
                public void different(RelPath path, String how) {
                    write(out, "different  " + path + "  (" + how + ")");
                    keep(different, path + "  (" + how + ")");
                }

                @Override
                public void unsure(RelPath path) {
                    write(out, "unsure     " + path);
                }
            });
            return new Found(replica.root(), list.toString(), now, extra, different);
        } catch (IOException | UncheckedIOException e) {
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "write the list of what only " + replica.root() + " has to " + list + ": " + e
                            + "; nothing was done. Make room, or run this as the user who owns .weir",
                    e);
        }
    }

    private static BufferedWriter open(Path list) throws IOException {
        Files.deleteIfExists(list);
        Files.createFile(list, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.newBufferedWriter(list, StandardCharsets.UTF_8, StandardOpenOption.WRITE);
    }

    private static void write(BufferedWriter out, String line) {
        try {
            out.write(line);
            out.newLine();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void keep(List<String> some, String path) {
        if (some.size() < (output.isJson() ? 1_000 : show)) {
            some.add(path);
        }
    }

    private void print(ReplicaSettings replica, Found found) {
        PrintWriter out = kafka.out();
        Differences now = found.now();
        String outcome = execute
                ? "it is a replica now: start its applier, which deletes and overwrites what is listed (`trash.enabled`"
                        + " keeps it; copy before that what is wanted)"
                : "nothing was changed; --execute makes it a replica";
        if (output.isJson()) {
            out.print(Json.object(found, (json, each) -> {
                json.writeStringField("source", replica.source());
                json.writeStringField("root", each.root().toString());
                json.writeStringField("list", each.list());
                json.writeNumberField("deleted", now.deleted().count());
                json.writeNumberField("deletedBytes", now.deleted().bytes());
                json.writeNumberField("sent", now.sent().count());
                json.writeNumberField("sentBytes", now.sent().bytes());
                json.writeNumberField("unsure", now.unsure().count());
                strings(json, "extra", each.extra());
                strings(json, "different", each.different());
                json.writeBooleanField("executed", execute);
                json.writeStringField("message", outcome);
            }));
        } else {
            out.println(found.root() + ": " + now.deleted().count() + " entries with "
                    + StatusView.size(now.deleted().bytes()) + " are only here, "
                    + now.sent().count()
                    + " paths would come from the new source, " + now.unsure().count() + " could not be looked at");
            out.println(
                    "Listed is what would be lost here. Paths that are missing here, also those that were deleted only"
                            + " here, come back and are not listed.");
            found.extra().forEach(each -> out.println("  extra      " + each));
            found.different().forEach(each -> out.println("  different  " + each));
            out.println("the whole list: " + found.list());
            out.println(outcome);
        }
        out.flush();
    }

    private static void strings(JsonGenerator json, String field, List<String> all) throws IOException {
        json.writeArrayFieldStart(field);
        for (String each : all) {
            json.writeString(each);
        }
        json.writeEndArray();
    }
}
