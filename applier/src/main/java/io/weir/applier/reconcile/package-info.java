/** Makes a set of paths on a replica equal to the source as it is now: rsync adds and updates, only our own code deletes. */
@NullMarked
package io.weir.applier.reconcile;

import org.jspecify.annotations.NullMarked;
