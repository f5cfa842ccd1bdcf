/** From a captured change to a record that Kafka acknowledged: dirty set, observation, epochs, the publisher. */
@NullMarked
package io.weir.agent.publish;

import org.jspecify.annotations.NullMarked;
