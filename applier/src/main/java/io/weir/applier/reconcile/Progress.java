package io.weir.applier.reconcile;

/** Told how far a baseline is. Called from threads that read from rsync, so it must be quick; thread-safe. */
public interface Progress {
    /** For whoever does not ask. */
    Progress NONE = new Progress() {
        @Override
        public void listed(long entries) {}

        @Override
        public void toDo(long paths) {}

        @Override
        public void done(long paths, long bytes) {}
    };

    /** So many more entries of the source were listed. */
    void listed(long entries);

    /** So many more paths are to be pulled. */
    void toDo(long paths);

    /** So many more paths were looked at by a pull, for which so many bytes came. */
    void done(long paths, long bytes);
}
