/** What makes a directory a replica: its marker, its lock, its identity. */
@NullMarked
package io.weir.applier.replica;

import org.jspecify.annotations.NullMarked;
