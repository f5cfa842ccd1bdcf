/** Weir with a Kafka that asks who is there and what they may do. */
@NullMarked
package io.weir.cli.security;

import org.jspecify.annotations.NullMarked;
