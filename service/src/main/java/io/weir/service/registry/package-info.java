/**
 * A client of Confluent's schema registry REST API, and what keeps its answers. It knows schemas as texts only.
 *
 * <p>From the edge inwards: {@link io.weir.service.registry.RegistryHttp} asks ({@link io.weir.service.registry.Trust} proves who is
 * who, {@link io.weir.service.registry.Diagnosis} says why in vain), {@link io.weir.service.registry.RegistryClient} knows the calls, {@link io.weir.service.registry.SchemaRegistry} keeps what was answered and holds back after a failure.
 */
@NullMarked
package io.weir.service.registry;

import org.jspecify.annotations.NullMarked;
