/** The system calls that all stages need, through JNA, with names as bytes. */
@NullMarked
package io.weir.posix;

import org.jspecify.annotations.NullMarked;
