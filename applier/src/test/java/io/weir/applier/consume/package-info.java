@NullMarked
package io.weir.applier.consume;

import org.jspecify.annotations.NullMarked;
