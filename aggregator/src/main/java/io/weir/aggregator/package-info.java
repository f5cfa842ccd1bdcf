/** Kafka Streams: changes coalesced to batches. */
@NullMarked
package io.weir.aggregator;

import org.jspecify.annotations.NullMarked;
