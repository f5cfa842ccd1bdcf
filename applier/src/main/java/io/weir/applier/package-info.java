/** Batches applied to a replica by rsync pulls. */
@NullMarked
package io.weir.applier;

import org.jspecify.annotations.NullMarked;
