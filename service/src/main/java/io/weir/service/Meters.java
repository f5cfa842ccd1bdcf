package io.weir.service;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.search.Search;

/** What is done with many meters at once. */
public final class Meters {
    private Meters() {}

    /** Removes what was counted of something that is no more, by the beginning of the names and tags. Thread-safe. */
    public static void remove(MeterRegistry registry, String prefix, Tags tags) {
        Search.in(registry)
                .name(name -> name.startsWith(prefix))
                .tags(tags)
                .meters()
                .forEach(registry::remove);
    }
}
