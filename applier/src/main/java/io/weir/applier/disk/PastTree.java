package io.weir.applier.disk;

import io.weir.applier.disk.Timeline.Piece;
import io.weir.applier.disk.Timeline.Version;
import io.weir.posix.DirEntry;
import io.weir.posix.ErrnoException;
import io.weir.posix.Fd;
import io.weir.posix.Fs;
import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A replica's tree with all that its trash still has of it. What is there now is looked at before the trash, so that whatever moves
 * into a directory of the trash that is known meanwhile is seen, maybe twice. Confined to one thread.
 */
final class PastTree {
    private final ReplicaTree tree;
    private final List<TrashName> trash;
    private final boolean isWithNow;
    private final BiConsumer<RelPath, ErrnoException> trouble;

    /**
     * Directories of the trash, and what is there now.
     *
     * @param trouble told of directories that cannot be read
     */
    PastTree(ReplicaTree tree, List<TrashName> trash, BiConsumer<RelPath, ErrnoException> trouble) {
        this(tree, trash, true, trouble);
    }

    private PastTree(
            ReplicaTree tree, List<TrashName> trash, boolean isWithNow, BiConsumer<RelPath, ErrnoException> trouble) {
        this.tree = tree;
        this.trash = trash;
        this.isWithNow = isWithNow;
        this.trouble = trouble;
    }

    /** Only these directories of the trash. */
    static PastTree only(ReplicaTree tree, List<TrashName> trash, BiConsumer<RelPath, ErrnoException> trouble) {
        return new PastTree(tree, trash, false, trouble);
    }

    /** A path with all that lies there, now or in the trash. */
    record Node(RelPath path, List<Piece> pieces) {
        /** Its versions, oldest first. */
        List<Version> versions() {
            return Timeline.of(pieces);
        }

        /** The version of a time. */
        Optional<Version> at(long nanos) {
            return Timeline.at(versions(), nanos);
        }

        /** The pieces that may have something below them. */
        Node directories() {
            return new Node(
                    path,
                    pieces.stream().filter(piece -> piece.stat().isDirectory()).toList());
        }
    }

    /** Where a path of the replica lies. */
    static RelPath place(@Nullable TrashName thrown, RelPath path) {
        return thrown == null ? path : thrown.of(path);
    }

    /** Everything of one path. */
    Node look(RelPath path) throws ErrnoException {
        List<Piece> pieces = new ArrayList<>();
        if (isWithNow) {
            add(pieces, null, tree.lstat(path));
        }
        for (TrashName each : trash) {
            add(pieces, each, tree.lstat(each.of(path)));
        }
        return new Node(path, pieces);
    }

    private void add(List<Piece> pieces, @Nullable TrashName thrown, @Nullable Stat stat) {
        if (stat != null && !tree.isForeign(stat)) {
            pieces.add(new Piece(thrown, stat));
        }
    }

    /** Everything in a directory, in the order of names. */
    List<Node> children(Node directory) {
        return children(directory, path -> {});
    }

    /**
     * The same.
     *
     * @param gone told when the directory that was there is not any more; what was in it may be in the trash now
     */
    List<Node> children(Node directory, Consumer<RelPath> gone) {
        Map<RelPath, List<Piece>> found = new TreeMap<>();
        for (Piece piece : directory.pieces()) {
            if (piece.stat().isDirectory()) {
                if (!list(piece.thrown(), directory.path(), found) && piece.thrown() == null) {
                    gone.accept(directory.path());
                }
            }
        }
        List<Node> children = new ArrayList<>();
        found.forEach((path, pieces) -> children.add(new Node(path, pieces)));
        return children;
    }

    /** False when it is not there any more. */
    private boolean list(@Nullable TrashName thrown, RelPath directory, Map<RelPath, List<Piece>> into) {
        RelPath place = place(thrown, directory);
        try (Fd dir = tree.openDirectory(place)) {
            for (DirEntry entry : Fs.list(dir)) {
                RelPath path = directory.child(entry.name());
                Stat stat = path.isOwn() ? null : Fs.lstat(dir, entry.name());
                if (stat != null && !tree.isForeign(stat)) {
                    into.computeIfAbsent(path, key -> new ArrayList<>()).add(new Piece(thrown, stat));
                }
            }
            return true;
        } catch (ErrnoException e) {
            if (e.isAbsent()) {
                return false;
            }
            trouble.accept(place, e);
            return true;
        }
    }
}
