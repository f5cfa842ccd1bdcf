package io.weir.cli;

import io.weir.service.Service;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * A service, and how it takes other settings while it runs.
 *
 * @param service what runs
 * @param reloads whether it takes a key of the settings file without a restart
 * @param reload takes other settings, as far as it does; throws a WeirException when it cannot
 * @param notice is given what its state is to tell people besides; empty for nothing
 */
record Running<S>(Service service, Predicate<String> reloads, Consumer<S> reload, Consumer<String> notice) {
    /** One that goes by the settings it was started with. */
    static <S> Running<S> asStarted(Service service) {
        return new Running<>(service, key -> false, settings -> {}, notice -> {});
    }
}
