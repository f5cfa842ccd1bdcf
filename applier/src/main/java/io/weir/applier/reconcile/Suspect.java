package io.weir.applier.reconcile;

import io.weir.schemas.DriftKind;
import io.weir.schemas.RelPath;
import java.util.Set;

/**
 * One path that a look at a replica found to differ. Immutable.
 *
 * @param path the path
 * @param kind how
 * @param detail in what, for people: content, size, mtime, mode, owner, type, target, links
 * @param source what the source has there, as far as it was told: it changed when two looks do not agree
 * @param isDirectory whether the source has a directory there
 * @param isContent whether only reading the content told
 * @param anew whether a pull would take it for equal, so that it has to be built anew
 * @param beside all names of its inode, which are to be looked at and made equal together; none when it has one
 * @param entries how many entries it stands for: more than one for what is extra
 */
public record Suspect(
        RelPath path,
        DriftKind kind,
        String detail,
        String source,
        boolean isDirectory,
        boolean isContent,
        boolean anew,
        Set<RelPath> beside,
        long entries) {
    /** Copies the names. */
    public Suspect {
        beside = Set.copyOf(beside);
    }

    static Suspect of(RelPath path, DriftKind kind, String detail) {
        return new Suspect(path, kind, detail, "", false, false, false, Set.of(), 1);
    }

    Suspect found(String sourceHas, boolean directory) {
        return new Suspect(path, kind, detail, sourceHas, directory, isContent, anew, beside, entries);
    }

    Suspect withContent() {
        return new Suspect(path, kind, detail, source, isDirectory, true, true, beside, entries);
    }

    Suspect with(Set<RelPath> names) {
        return new Suspect(path, kind, detail, source, isDirectory, isContent, anew, names, entries);
    }

    Suspect builtAnew() {
        return new Suspect(path, kind, detail, source, isDirectory, isContent, true, beside, entries);
    }

    Suspect standingFor(long all) {
        return new Suspect(path, kind, detail, source, isDirectory, isContent, anew, beside, all);
    }

    /** Whether another look found the same, with the same at the source. */
    public boolean isAsIn(Suspect other) {
        return kind == other.kind && detail.equals(other.detail) && source.equals(other.source);
    }
}
