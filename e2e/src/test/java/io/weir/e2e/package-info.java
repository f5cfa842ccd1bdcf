/** Churn, faults and oracles over the whole pipeline. */
@NullMarked
package io.weir.e2e;

import org.jspecify.annotations.NullMarked;
