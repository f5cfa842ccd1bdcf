/** Keeps the generated pages and the sample configuration equal to the code. */
@NullMarked
package io.weir.cli.docs;

import org.jspecify.annotations.NullMarked;
