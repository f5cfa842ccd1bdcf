/** Tests of the console without Kafka; with it, and in a browser, it is tested in e2e. */
@NullMarked
package io.weir.console;

import org.jspecify.annotations.NullMarked;
