package io.weir.agent.watch;

import io.weir.posix.Fd;
import io.weir.posix.Inotify;
import java.io.IOException;

/** The kernel's watches. Adding always gives the same mask: for a directory that is watched it only asks for the descriptor. */
final class InotifyWatches implements Watches {
    private final Inotify inotify;

    InotifyWatches(Inotify inotify) {
        this.inotify = inotify;
    }

    @Override
    public int add(Fd directory) throws IOException {
        return inotify.addAt(directory, InotifyCapture.MASK);
    }

    @Override
    public void remove(int wd) throws IOException {
        inotify.remove(wd);
    }
}
