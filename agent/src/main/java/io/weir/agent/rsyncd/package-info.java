/** The supervised, read-only rsync daemon that serves the sources' data to the appliers. */
@NullMarked
package io.weir.agent.rsyncd;

import org.jspecify.annotations.NullMarked;
