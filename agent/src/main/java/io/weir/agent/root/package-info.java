/** Proof that a source's root is the tree it was: the marker below {@code .weir}, and what the agent remembers of it. */
@NullMarked
package io.weir.agent.root;

import org.jspecify.annotations.NullMarked;
