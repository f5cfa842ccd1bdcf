package io.weir.agent.scan;

import io.weir.posix.Stat;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * A change that Kafka acknowledged, as far as the inventory needs it.
 *
 * @param path its path
 * @param stat what lstat said before it was sent; null when nothing was there
 * @param parent what its directory looked like then; null when it was not looked at. A replica that applies the change
 *     takes over the directory's own state with it
 * @param whole whether a directory was told with everything below it
 * @param created whether the name was new
 * @param atMicros when it was looked at
 */
public record Published(
        RelPath path, @Nullable Stat stat, @Nullable Stat parent, boolean whole, boolean created, long atMicros) {}
