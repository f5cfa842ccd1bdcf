@NullMarked
package io.weir.applier.position;

import org.jspecify.annotations.NullMarked;
