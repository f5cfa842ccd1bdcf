package io.weir.cli;

import io.weir.agent.watch.SourceRoot;
import io.weir.agent.watch.WatchLimits;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.schemas.PathRules;
import io.weir.service.RsyncProgram;
import io.weir.service.WeirException;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Looks at this machine for what Weir would trip over. Changes nothing. */
final class Doctor {
    /** How bad a finding is. */
    enum Level {
        OK,
        WARN,
        FAIL
    }

    /**
     * One thing looked at.
     *
     * @param level how bad it is
     * @param subject what was looked at
     * @param text what was found, and what to do
     */
    record Finding(Level level, String subject, String text) {}

    /**
     * A source to look at.
     *
     * @param name what settings call it; empty when they do not
     * @param root its directory
     * @param known the identity that its agent remembers; null when none is known
     * @param excludes what is not watched
     */
    record Source(String name, Path root, @Nullable UUID known, PathRules excludes) {}

    /**
     * A replica to look at.
     *
     * @param source what settings call its source; empty when they do not
     * @param root its directory
     * @param adopt whether it may hold something already, or be made anew
     * @param lost whether it is known to have been there, and is not now
     */
    record Replica(String source, Path root, boolean adopt, boolean lost) {}

    private static final String SOURCE_MARKER = "id-";
    private static final String REPLICA_MARKER = "replica-";
    private static final long GOOD_QUEUE = 65_536;

    private final Path proc;

    /** Reads limits below a proc file system. */
    Doctor(Path proc) {
        this.proc = proc;
    }

    /** rsync's version and what it was built with. */
    Finding rsync(String executable) {
        return judgeRsync(() -> RsyncProgram.find(executable));
    }

    /** What is to be said of a program that is looked for. */
    static Finding judgeRsync(Supplier<RsyncProgram> found) {
        RsyncProgram program;
        try {
            program = found.get();
        } catch (WeirException e) {
            return new Finding(Level.FAIL, "rsync", String.valueOf(e.getMessage()));
        }
        List<String> lacks = new ArrayList<>();
        if (!program.trustSender()) {
            lacks.add("3.2.5 or later answers big batches in one call");
        }
        if (!program.acls()) {
            lacks.add("this build keeps no ACLs");
        }
        if (!program.xattrs()) {
            lacks.add("this build keeps no extended attributes");
        }
        String name = "version " + program.version();
        return lacks.isEmpty()
                ? new Finding(Level.OK, "rsync", name)
                : new Finding(Level.WARN, "rsync", name + " works; " + String.join(", ", lacks));
    }

    /** The watches that the sources need, against the limit of this user. */
    Finding watches(List<Source> sources) {
        long limit = limit("max_user_watches");
        long needed = 0;
        for (Source source : sources) {
            needed += WatchLimits.countDirectories(
                    new SourceRoot(source.name(), source.root().toString().getBytes(StandardCharsets.UTF_8)),
                    source.excludes());
        }
        String text = needed + " directories to watch, fs.inotify.max_user_watches is " + limit;
        if (limit < 0) {
            return new Finding(Level.WARN, "inotify watches", "the limit cannot be read from " + proc);
        }
        if (needed > limit) {
            return new Finding(
                    Level.FAIL, "inotify watches", text + "; run: sysctl fs.inotify.max_user_watches=" + 2 * needed);
        }
        if (needed > limit / 2) {
            return new Finding(
                    Level.WARN,
                    "inotify watches",
                    text + "; other programs need some too: sysctl fs.inotify.max_user_watches=" + 2 * needed);
        }
        return new Finding(Level.OK, "inotify watches", text);
    }

    /** The length of the kernel's event queue. */
    Finding queue() {
        long length = limit("max_queued_events");
        String text = "fs.inotify.max_queued_events is " + length;
        return length >= GOOD_QUEUE
                ? new Finding(Level.OK, "inotify queue", text)
                : new Finding(
                        Level.WARN,
                        "inotify queue",
                        text + "; a burst beyond it costs a rescan: sysctl fs.inotify.max_queued_events=" + GOOD_QUEUE);
    }

    private long limit(String name) {
        // Line by line: the kernel gives a limit in one read only, and what asks for the size first gets its first
        // digit.
        try (BufferedReader reader =
                Files.newBufferedReader(proc.resolve("sys/fs/inotify").resolve(name))) {
            String line = reader.readLine();
            return line == null ? -1 : Long.parseLong(line.strip());
        } catch (IOException | NumberFormatException e) {
            return -1;
        }
    }

    /**
     * A source: there, readable, marked as those who know it remember.
     *
     * @param copies its replicas on this machine
     */
    List<Finding> source(Source looked, List<Replica> copies) {
        Path source = looked.root();
        String subject = "source " + source;
        if (!Files.isDirectory(source)) {
            return List.of(new Finding(Level.FAIL, subject, "is no directory; check the path, or mount the disk"));
        }
        List<Finding> findings = new ArrayList<>();
        if (!Files.isReadable(source)) {
            findings.add(
                    new Finding(Level.FAIL, subject, "cannot be read; run the agent as a user who may, such as root"));
        }
        List<String> markers = markers(source, SOURCE_MARKER);
        UUID known = looked.known();
        if (known != null && !markers.contains(SOURCE_MARKER + known)) {
            findings.add(new Finding(
                    Level.FAIL,
                    subject,
                    "lacks the marker by which its agent knows it, and stays unavailable without; "
                            + putBack(source, known)));
            return findings;
        }
        findings.add(
                switch (markers.size()) {
                    case 0 -> unmarked(source, copies);
                    case 1 -> new Finding(Level.OK, subject, "is marked " + markers.get(0));
                    default ->
                        new Finding(
                                Level.FAIL, subject, "has several markers " + markers + "; leave only the right one");
                });
        return findings;
    }

    private static Finding unmarked(Path source, List<Replica> copies) {
        String subject = "source " + source;
        for (Replica each : copies) {
            List<String> markers = markers(each.root(), REPLICA_MARKER);
            if (!markers.isEmpty()) {
                String id = markers.get(0).substring(REPLICA_MARKER.length());
                return new Finding(
                        Level.FAIL,
                        subject,
                        "has no marker in .weir; an agent would give it a new one, which the replica " + each.root()
                                + " refuses, as it knows the source by another; " + putBack(source, id));
            }
        }
        return new Finding(Level.WARN, subject, "has no marker in .weir; the first start of an agent makes it");
    }

    private static String putBack(Path source, Object id) {
        Path own = source.resolve(".weir");
        if (isEmpty(source)) {
            // What the marker is for: an empty source that looks right would empty its replicas.
            return "it holds nothing, so its disk is not mounted: mount it";
        }
        return "is its disk mounted? If this is the right tree, put the empty file back: mkdir -p " + Shell.word(own)
                + " && touch " + Shell.word(own.resolve(SOURCE_MARKER + id));
    }

    private static boolean isEmpty(Path directory) {
        try {
            return !ReplicaRoot.holdsOther(directory);
        } catch (IOException e) {
            return false;
        }
    }

    /** A replica: there, writable, marked or empty. */
    List<Finding> replica(Replica looked) {
        Path replica = looked.root();
        String subject = "replica " + replica;
        if (looked.lost() && !looked.adopt()) {
            return List.of(
                    new Finding(
                            Level.FAIL,
                            subject,
                            "held a replica before, and it is not there now: mount its disk; an applier waits for that and copies nothing"));
        }
        if (!Files.exists(replica, LinkOption.NOFOLLOW_LINKS)) {
            return List.of(new Finding(Level.WARN, subject, "does not exist yet; the first start makes it"));
        }
        if (!Files.isDirectory(replica) || !Files.isWritable(replica)) {
            return List.of(new Finding(Level.FAIL, subject, "is no directory that can be written"));
        }
        List<String> markers = markers(replica, REPLICA_MARKER);
        if (!markers.isEmpty()) {
            return List.of(new Finding(Level.OK, subject, "is marked " + markers));
        }
        try {
            if (!ReplicaRoot.holdsOther(replica)) {
                return List.of(new Finding(Level.OK, subject, "is empty"));
            }
            return List.of(
                    looked.adopt()
                            ? new Finding(
                                    Level.WARN,
                                    subject,
                                    "is not empty and will be adopted: what the source does not have is deleted there")
                            : new Finding(
                                    Level.FAIL,
                                    subject,
                                    "is not empty and no replica yet; an applier refuses it without `adopt: true`, and"
                                            + " `weir up` without --adopt"));
        } catch (IOException e) {
            return List.of(new Finding(Level.FAIL, subject, "cannot be listed: " + e));
        }
    }

    private static List<String> markers(Path root, String prefix) {
        try (Stream<Path> entries = Files.list(root.resolve(".weir"))) {
            return entries.map(each -> String.valueOf(each.getFileName()))
                    .filter(name -> name.startsWith(prefix))
                    .sorted()
                    .toList();
        } catch (IOException e) {
            return List.of();
        }
    }
}
