package io.weir.applier.reconcile;

import io.weir.schemas.RelPath;
import java.util.HashSet;
import java.util.Set;
import java.util.TreeSet;

/**
 * Which directories running calls have in common. Pulls side by side list common ancestors, and the slower one would restore an older
 * mtime: a call lists such directories once more before it returns. Thread-safe.
 */
final class Overlaps {
    private final Set<Call> calls = new HashSet<>();

    /** One running call. Guarded by the lock of its {@link Overlaps}. */
    final class Call implements AutoCloseable {
        private final Set<RelPath> touched = new HashSet<>();
        private final Set<RelPath> shared = new TreeSet<>();

        /** Says that a directory is about to be listed or changed. */
        void touch(Set<RelPath> directories) {
            synchronized (Overlaps.this) {
                touched.addAll(directories);
                for (Call other : calls) {
                    if (other != this) {
                        share(other, directories);
                    }
                }
            }
        }

        private void share(Call other, Set<RelPath> directories) {
            for (RelPath directory : directories) {
                if (other.touched.contains(directory)) {
                    shared.add(directory);
                    other.shared.add(directory);
                }
            }
        }

        /** The directories that another call touched while this one ran; empty again afterwards. */
        Set<RelPath> takeShared() {
            synchronized (Overlaps.this) {
                Set<RelPath> taken = new TreeSet<>(shared);
                shared.clear();
                return taken;
            }
        }

        @Override
        public void close() {
            synchronized (Overlaps.this) {
                calls.remove(this);
            }
        }
    }

    /** Starts a call. */
    Call enter() {
        Call call = new Call();
        synchronized (this) {
            calls.add(call);
        }
        return call;
    }
}
