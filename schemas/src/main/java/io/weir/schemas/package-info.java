/** The wire contract: Avro records, the topic catalogue, paths and path rules as they appear in records. */
@NullMarked
package io.weir.schemas;

import org.jspecify.annotations.NullMarked;
