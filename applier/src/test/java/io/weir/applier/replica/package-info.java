@NullMarked
package io.weir.applier.replica;

import org.jspecify.annotations.NullMarked;
