/** inotify and scans of a source, published as changes. */
@NullMarked
package io.weir.agent;

import org.jspecify.annotations.NullMarked;
