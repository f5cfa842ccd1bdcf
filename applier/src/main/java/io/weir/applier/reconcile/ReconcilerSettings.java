package io.weir.applier.reconcile;

import io.weir.applier.disk.DeleteBreaker;
import io.weir.applier.disk.DeletePolicy;
import io.weir.applier.disk.Trash;
import io.weir.applier.rsync.RsyncEndpoint;
import io.weir.applier.rsync.RsyncOptions;
import io.weir.schemas.PathRules;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;

/**
 * What {@link RsyncReconciler} works on. Immutable.
 *
 * @param source name of the source, for logs and metrics
 * @param replica name of the replica, for logs and metrics
 * @param root the replica's directory for this source, absolute; it exists
 * @param sourceId the identity in the name of the source's root marker
 * @param endpoint where to pull from
 * @param options the replica's rsync options
 * @param selection which paths this replica takes
 * @param temporaries names that look temporary
 * @param tempGrace how young a temporary-looking name has to be to be deferred
 * @param deletePolicy whether to delete at all
 * @param breaker how much may be deleted within an hour
 * @param trash how much of what was deleted or overwritten is kept; empty for nothing
 */
public record ReconcilerSettings(
        String source,
        String replica,
        Path root,
        UUID sourceId,
        RsyncEndpoint endpoint,
        RsyncOptions options,
        Selection selection,
        PathRules temporaries,
        Duration tempGrace,
        DeletePolicy deletePolicy,
        DeleteBreaker.Limits breaker,
        Optional<Trash.Keep> trash) {}
