/**
 * What changed without being told: the inventory of what was published, and scans that compare a source with it.
 *
 * <p>The inventory is a base file and a journal. The base holds, for each directory, the names in it with a signature of
 * what lstat said; the journal holds every change that Kafka acknowledged since. So the two say what the topic says, and
 * whatever differs from them has to be published: no clock decides anything.
 */
@NullMarked
package io.weir.agent.scan;

import org.jspecify.annotations.NullMarked;
