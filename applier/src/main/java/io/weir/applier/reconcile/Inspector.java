package io.weir.applier.reconcile;

import io.weir.applier.rsync.Item;
import io.weir.applier.rsync.RsyncExit;
import io.weir.applier.rsync.RsyncRun;
import io.weir.posix.Stat;
import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.VerifyLevel;
import io.weir.schemas.VerifyOrder;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One look at a replica for a verification: all that costs no reading by one comparison, then the content of chosen files in chunks.
 * Only looks. Confined to one thread.
 */
final class Inspector implements Comparison.Findings {
    private final Site site;
    private final SourceCalls calls;
    private final Sample sample;
    private final NavigableMap<RelPath, Suspect> suspects = new TreeMap<>();
    /** Files that are equal as far as was looked, and whose content is to be compared, with their sizes. */
    private final NavigableMap<RelPath, Long> contents = new TreeMap<>();

    private long entries;
    private long deferred;

    private Inspector(Site site, SourceCalls calls, Sample sample) {
        this.site = site;
        this.calls = calls;
        this.sample = sample;
    }

    /** Looks at these paths with everything below, and goes on where the journal says. */
    static Inspection whole(
            Site site, SourceCalls calls, int limit, List<RelPath> paths, VerifyOrder order, VerifyJournal journal)
            throws InterruptedException {
        VerifyJournal.Mark mark = journal.read(order.getSeed());
        journal.write(mark);
        Inspector inspector =
                new Inspector(site, calls, new Sample(order.getLevel(), order.getSamplePercent(), mark.seed()));
        try {
            new Comparison(site, calls, limit, calls::verify, inspector).whole(paths);
            return inspector.inspection(inspector.readContents(mark, order.getBytesPerSecond(), journal));
        } catch (Held e) {
            return Inspection.held(e.state(), e.reason());
        }
    }

    /** Looks again at what another look found, and at nothing else. */
    static Inspection again(Site site, SourceCalls calls, int limit, Collection<Suspect> found, long bytesPerSecond)
            throws InterruptedException {
        Inspector inspector = new Inspector(site, calls, new Sample(VerifyLevel.CHECKSUM, 0, 0));
        Map<RelPath, Set<RelPath>> beside = new HashMap<>();
        found.forEach(each -> beside.put(each.path(), each.beside()));
        try {
            new Comparison(site, calls, limit, calls::verify, inspector).each(beside);
            Set<RelPath> byContent = new HashSet<>();
            found.stream().filter(Suspect::isContent).forEach(each -> byContent.add(each.path()));
            inspector.contents.keySet().retainAll(byContent);
            VerifyJournal nothing = VerifyJournal.none();
            return inspector.inspection(inspector.readContents(nothing.read(0), bytesPerSecond, nothing));
        } catch (Held e) {
            return Inspection.held(e.state(), e.reason());
        }
    }

    private Inspection inspection(VerifyJournal.Mark mark) {
        return new Inspection(Outcome.State.DONE, "", entries, deferred, mark.files(), mark.bytes(), suspects);
    }

    private VerifyJournal.Mark readContents(VerifyJournal.Mark from, long bytesPerSecond, VerifyJournal journal)
            throws Held, InterruptedException {
        NavigableMap<RelPath, Long> known = new TreeMap<>(contents);
        known.keySet().retainAll(Set.copyOf(from.differing()));
        RelPath passed = from.passed();
        NavigableMap<RelPath, Long> left = passed == null ? contents : contents.tailMap(passed, false);
        calls.progress().toDo(left.size());
        // What a run before this one found: what the source has there now is to be known as well.
        for (ContentChunk chunk : ContentChunk.of(known, bytesPerSecond)) {
            long begun = System.nanoTime();
            differing(chunk);
            rest(chunk, bytesPerSecond, begun);
        }
        VerifyJournal.Mark mark = from;
        for (ContentChunk chunk : ContentChunk.of(left, bytesPerSecond)) {
            long begun = System.nanoTime();
            mark = mark.after(chunk, differing(chunk));
            journal.write(mark);
            calls.progress().done(chunk.paths().size(), chunk.bytes());
            rest(chunk, bytesPerSecond, begun);
        }
        return mark;
    }

    private static void rest(ContentChunk chunk, long bytesPerSecond, long begun) throws InterruptedException {
        TimeUnit.NANOSECONDS.sleep(chunk.restNanos(bytesPerSecond, System.nanoTime() - begun));
    }

    private List<RelPath> differing(ContentChunk chunk) throws Held, InterruptedException {
        RsyncRun run = calls.verifyContent(chunk.paths(), chunk.bytes());
        List<RelPath> differing = new ArrayList<>();
        for (RelPath path : chunk.paths()) {
            Item item = run.items().get(path);
            if (item != null && item.changed()) {
                differing.add(path);
                suspects.put(path, suspect(path, item).withContent());
            } else if (item == null && run.exit().kind() != RsyncExit.Kind.DONE) {
                unsure(path);
            }
        }
        return differing;
    }

    private static Suspect suspect(RelPath path, Item item) {
        String difference = item.difference();
        return Suspect.of(path, DriftKind.DIFFERENT, difference.isEmpty() ? "type" : difference)
                .found(source(item), item.isDirectory());
    }

    private static String source(@Nullable Item item) {
        return item == null ? "" : item.type() + " " + item.mtimeSeconds() + " " + item.bytes();
    }

    @Override
    public void listed(long more) {
        entries += more;
    }

    @Override
    public void deferred(RelPath path) {
        deferred++;
    }

    @Override
    public void missing(RelPath path, @Nullable Item item, @Nullable Stat here) {
        DriftKind kind = here == null ? DriftKind.MISSING : DriftKind.DIFFERENT;
        suspects.put(
                path,
                Suspect.of(path, kind, here == null ? "" : "type")
                        .found(source(item), item != null && item.isDirectory()));
    }

    @Override
    public void different(RelPath path, Item item, Set<RelPath> beside) {
        suspects.put(path, suspect(path, item).with(beside));
    }

    @Override
    public void equal(RelPath path, Item item, Stat here) {
        // Names of one inode are read once.
        if (here.isFile() && here.size() > 0 && !item.isFurtherName() && sample.takes(path)) {
            contents.put(path, here.size());
        }
    }

    @Override
    public void shared(List<RelPath> names, Set<RelPath> beside) {
        for (RelPath name : names.subList(1, names.size())) {
            Suspect before = suspects.get(name);
            String detail = before == null ? "links" : before.detail() + ", links";
            String source = before == null ? "" : before.source();
            suspects.put(
                    name,
                    Suspect.of(name, DriftKind.DIFFERENT, detail)
                            .found(source, false)
                            .with(beside)
                            .builtAnew());
        }
    }

    @Override
    public void extra(RelPath path, long more, long bytes) {
        // What a replica keeps on purpose is no drift.
        if (site.deleter().mayDelete()) {
            suspects.put(path, Suspect.of(path, DriftKind.EXTRA, "").standingFor(more));
        }
    }

    @Override
    public void unsure(RelPath path) {
        suspects.put(path, Suspect.of(path, DriftKind.UNSURE, ""));
    }
}
