/**
 * The watch on a source: inotify turned into paths that may have changed.
 *
 * <p>Two threads. The reader only moves bytes from the kernel into buffers; the tree thread owns the watch tree, turns raw
 * events into {@link io.weir.agent.watch.Captured} records and hands them to the {@link io.weir.agent.watch.CaptureSink}.
 */
@NullMarked
package io.weir.agent.watch;

import org.jspecify.annotations.NullMarked;
