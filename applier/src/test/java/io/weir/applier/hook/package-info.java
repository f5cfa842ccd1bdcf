@NullMarked
package io.weir.applier.hook;

import org.jspecify.annotations.NullMarked;
