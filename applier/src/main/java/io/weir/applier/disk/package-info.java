/** The replica's tree on the local disk, reached by directory descriptors only: nothing here follows a symlink or leaves the root. */
@NullMarked
package io.weir.applier.disk;

import org.jspecify.annotations.NullMarked;
