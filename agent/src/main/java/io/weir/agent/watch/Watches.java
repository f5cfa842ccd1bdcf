package io.weir.agent.watch;

import io.weir.posix.Fd;
import java.io.IOException;

/** Adds and removes watches of directories: the one part of inotify that the walk needs. */
interface Watches {
    /** Watches an open directory and returns its descriptor: the one it has, when it is watched already. */
    int add(Fd directory) throws IOException;

    /** Ends a watch; one that has ended already is no error. */
    void remove(int wd) throws IOException;
}
