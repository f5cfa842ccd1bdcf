package io.weir.agent.scan;

import io.weir.agent.root.RootGuard;
import io.weir.agent.root.SourceUnavailableException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.PathRules;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One comparison of a source with its inventory. The watches have to be set before: what changes while this runs is told
 * by events, so it does not matter whether it is seen here. Nothing is believed unless the root has its marker afterwards.
 */
final class Scan {
    private static final Logger log = LoggerFactory.getLogger(Scan.class);

    /**
     * How to scan.
     *
     * @param threads how many directories are looked at at a time
     * @param perSecond bound of entries per second; 0 for none
     * @param learns which directories, published as a whole, are to be learned; all others are told again
     */
    record Mode(int threads, long perSecond, Predicate<Since> learns) {}

    /** More than this is told as one rescan of the root: memory is bounded, and so is the topic. */
    static final int MOST_DIFFERENCES = 500_000;

    /**
     * What came out. The new base is written beside the old one; {@link InventoryStore#commit} puts it in its place.
     *
     * @param written whether there is a new base
     * @param differences what is to be published
     */
    record Result(boolean written, List<Difference> differences) {}

    private final RootGuard guard;
    private final PathRules excludes;
    private final InventoryStore store;
    private final ScanProgress progress;
    private final BooleanSupplier stopped;

    Scan(RootGuard guard, PathRules excludes, InventoryStore store, ScanProgress progress, BooleanSupplier stopped) {
        this.guard = guard;
        this.excludes = excludes;
        this.store = store;
        this.progress = progress;
        this.stopped = stopped;
    }

    /**
     * Compares, and writes a new base of the inventory.
     *
     * @param tick called twice a second meanwhile
     * @return null when it was stopped
     * @throws SourceUnavailableException when the root cannot be believed
     * @throws InventoryException when the inventory cannot be read
     * @throws IOException when the source cannot
     */
    @Nullable
    Result run(Mode mode, String name, Runnable tick)
            throws IOException, InterruptedException, SourceUnavailableException, InventoryException {
        try (Fd root = guard.open();
                Inventory inventory = read();
                BaseOut out = new BaseOut(store)) {
            progress.expect(inventory.size());
            Stat now = Fs.fstat(root);
            Found differences = new Found();
            Entry known = inventory.root();
            Entry seen = Entry.of(now);
            out.begin(known);
            if (known != null && !known.equals(seen)) {
                differences.add(List.of(new Difference(RelPath.ROOT, known, seen, false, false, false)));
            }
            Visit visit = new Visit(inventory, out, mode, excludes, differences);
            TreeWalk walk =
                    new TreeWalk(root, excludes, new Throttle(mode.perSecond()), visit, stopped, progress.looked());
            if (!walk.run(name, mode.threads(), tick)) {
                return null;
            }
            guard.requireMarker(root);
            return new Result(out.finish(), differences.take());
        }
    }

    private Inventory read() throws InventoryException {
        try {
            return store.read();
        } catch (IOException e) {
            throw new InventoryException(e);
        }
    }

    /** The inventory is damaged. */
    static final class InventoryException extends Exception {
        private static final long serialVersionUID = 1;

        InventoryException(IOException cause) {
            super(cause.getMessage() == null ? cause.toString() : cause.getMessage(), cause);
        }
    }

    /** Differences so far. Thread-safe. */
    private static final class Found {
        private final List<Difference> differences = new ArrayList<>();
        private boolean tooMany;

        synchronized void add(List<Difference> more) {
            if (differences.size() + more.size() > MOST_DIFFERENCES) {
                tooMany = true;
                differences.clear();
            }
            if (!tooMany) {
                differences.addAll(more);
            }
        }

        synchronized List<Difference> take() {
            return tooMany ? List.of(Difference.unlearned(RelPath.ROOT)) : differences;
        }
    }

    private record Visit(Inventory inventory, BaseOut out, Mode mode, PathRules excludes, Found differences)
            implements TreeWalk.Visitor {
        @Override
        public @Nullable Known enter(RelPath directory) throws IOException {
            Known known = inventory.load(directory);
            Since since = known.unlearned();
            if (since == null || mode.learns().test(since)) {
                return kept(directory, known);
            }
            out.add(directory, Known.unlearned(since));
            differences.add(List.of(Difference.unlearned(directory)));
            return null;
        }

        /** What is excluded by now is neither told to be gone nor remembered. */
        private Known kept(RelPath directory, Known known) {
            if (excludes.isEmpty()) {
                return known;
            }
            Known kept = known.copy();
            kept.entries().keySet().removeIf(name -> excludes.matches(directory.child(name.bytes())));
            return kept;
        }

        @Override
        public Map<RelPath, Entry> visit(RelPath directory, Known known, Map<RelPath, Comparison.Seen> listing) {
            Comparison.Result result = Comparison.compare(directory, known, listing);
            out.add(directory, result.next());
            differences.add(result.differences());
            Map<RelPath, Entry> below = new HashMap<>();
            for (RelPath each : result.below()) {
                Comparison.Seen seen = listing.get(each);
                if (seen != null) {
                    below.put(each, seen.entry());
                }
            }
            return below;
        }
    }

    /** The new base. When it cannot be written the old one stays, and the next scan finds the same again. */
    private static final class BaseOut implements AutoCloseable {
        private final InventoryStore store;
        private volatile @Nullable BaseWriter writer;

        BaseOut(InventoryStore store) {
            this.store = store;
        }

        void begin(@Nullable Entry root) {
            try {
                writer = store.write(root);
            } catch (IOException e) {
                failed(e);
            }
        }

        void add(RelPath directory, Known known) {
            BaseWriter open = writer;
            if (open != null) {
                try {
                    open.add(directory, known);
                } catch (IOException e) {
                    failed(e);
                }
            }
        }

        boolean finish() {
            BaseWriter open = writer;
            if (open == null) {
                return false;
            }
            try {
                open.finish();
                return true;
            } catch (IOException e) {
                failed(e);
                return false;
            }
        }

        private void failed(IOException e) {
            BaseWriter open = writer;
            writer = null;
            log.warn(
                    "the inventory cannot be written, the old one stays; make room in the state directory: cause={}",
                    e.getMessage());
            close(open);
        }

        @Override
        public void close() {
            close(writer);
        }

        private static void close(@Nullable BaseWriter open) {
            try {
                if (open != null) {
                    open.close();
                }
            } catch (IOException e) {
                log.warn("an inventory file was not closed: cause={}", e.getMessage());
            }
        }
    }
}
