package io.weir.applier.consume;

import io.weir.applier.reconcile.Target;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import java.util.List;

/** Entries for tests. */
final class Paths {
    private Paths() {}

    static Entry file(String path, long offset) {
        return entry(path, FileType.FILE, false, offset);
    }

    static Entry absent(String path, long offset) {
        return entry(path, FileType.ABSENT, false, offset);
    }

    static Entry tree(String path, long offset) {
        return entry(path, FileType.DIRECTORY, true, offset);
    }

    static Entry entry(String path, FileType type, boolean recursive, long offset) {
        return new Entry(
                new Target(RelPath.of(path), Backlog.seen(type), recursive), Span.of(0, offset), offset, Entry.AT_ONCE);
    }

    static Entry moved(String path, String from, long offset) {
        return new Entry(
                new Target(RelPath.of(path), Backlog.seen(FileType.DIRECTORY), true, RelPath.of(from)),
                Span.of(0, offset),
                offset,
                Entry.AT_ONCE);
    }

    static Entry linked(String path, long inode, long offset) {
        Observed observed = Observed.newBuilder()
                .setType(FileType.FILE)
                .setLinks(2)
                .setDev(1)
                .setIno(inode)
                .build();
        return new Entry(new Target(RelPath.of(path), observed, false), Span.of(0, offset), offset, Entry.AT_ONCE);
    }

    static List<String> of(Job job) {
        return job.entries().stream().map(entry -> entry.path().toString()).toList();
    }
}
