/** Tests of what all stages share. */
@NullMarked
package io.weir.service;

import org.jspecify.annotations.NullMarked;
