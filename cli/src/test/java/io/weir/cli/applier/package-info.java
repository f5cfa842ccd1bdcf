/** Appliers against a real broker and real rsync daemons: what they go through when positions, topics or sources are lost. */
@NullMarked
package io.weir.cli.applier;

import org.jspecify.annotations.NullMarked;
