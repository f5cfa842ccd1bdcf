package io.weir.cli;

import io.weir.schemas.Change;

/**
 * A change with its place in the topic.
 *
 * @param partition of weir.changes
 * @param offset of weir.changes
 */
record Seen(Change change, int partition, long offset) {}
