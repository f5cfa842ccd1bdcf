/** Settings, life cycle, health, metrics and retry, shared by all stages. */
@NullMarked
package io.weir.service;

import org.jspecify.annotations.NullMarked;
