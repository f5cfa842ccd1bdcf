/** The weir command, and the embedded all-in-one. */
@NullMarked
package io.weir.cli;

import org.jspecify.annotations.NullMarked;
