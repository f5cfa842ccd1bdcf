/** Where a replica stands in the topic of batches, kept on the replica's own disk. */
@NullMarked
package io.weir.applier.position;

import org.jspecify.annotations.NullMarked;
