/** From the topic of batches to disjoint jobs for a reconciler, and from their outcomes to offsets, dead letters and results. */
@NullMarked
package io.weir.applier.consume;

import org.jspecify.annotations.NullMarked;
