/** Calls to others after what was changed in a replica: programs and web addresses, with retries. */
@NullMarked
package io.weir.applier.hook;

import org.jspecify.annotations.NullMarked;
