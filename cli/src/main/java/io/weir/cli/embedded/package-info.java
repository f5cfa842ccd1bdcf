/** A Kafka broker inside this process, and the whole pipeline around it, for one machine. */
@NullMarked
package io.weir.cli.embedded;

import org.jspecify.annotations.NullMarked;
