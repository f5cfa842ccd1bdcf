/** One rsync call: its arguments, its process, its output and its exit code. Nothing here decides what to do. */
@NullMarked
package io.weir.applier.rsync;

import org.jspecify.annotations.NullMarked;
