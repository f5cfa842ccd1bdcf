package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;

/** Is told what a baseline would delete or overwrite, path by path. Called by one thread. */
public interface OnlyHere {
    /** Only this tree has it; what is below it is told as well. */
    void extra(RelPath path);

    /** Both have it; what the source has would be in its place. In what they differ, for people. */
    void different(RelPath path, String how);

    /** It, or what is below it, could not be looked at. */
    void unsure(RelPath path);
}
