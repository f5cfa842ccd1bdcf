package io.weir.agent.watch;

import io.weir.schemas.ChangeKind;
import io.weir.schemas.Origin;
import io.weir.schemas.RelPath;
import org.jspecify.annotations.Nullable;

/**
 * One path that may have changed, as the watch saw it; what is there now is looked up when it is published.
 *
 * @param kind what happened
 * @param path the path it happened to; {@link RelPath#ROOT} for the source as a whole
 * @param movedFrom the old path, for {@link ChangeKind#MOVED} when both ends were seen; a hint
 * @param recursive whether everything below the directory is in question too
 * @param origin whether an event told, or a walk found it
 * @param capturedAtMicros when the event was read from the kernel, microseconds since 1970 by the agent's clock
 * @param reason for {@link ChangeKind#GAP} and {@link ChangeKind#RESCAN}: why, for people
 */
public record Captured(
        ChangeKind kind,
        RelPath path,
        @Nullable RelPath movedFrom,
        boolean recursive,
        Origin origin,
        long capturedAtMicros,
        @Nullable String reason) {}
