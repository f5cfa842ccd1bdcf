package io.weir.applier;

import io.weir.applier.reconcile.Differences;
import io.weir.applier.reconcile.OfflineDryRun;
import io.weir.applier.reconcile.OnlyHere;
import io.weir.applier.reconcile.SourceMarker;
import io.weir.applier.replica.ReplicaRoot;
import io.weir.schemas.RelPath;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.util.List;
import java.util.UUID;

/** How a directory differs from a source, without an applier that runs and without Kafka. */
public final class OfflineComparison {
    private OfflineComparison() {}

    /**
     * What a baseline of a source's paths would change, without an applier that runs: neither lock nor trace, and the directory
     * need not be a replica yet.
     *
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws WeirException when there is no usable rsync, or the directory is the replica of another source
     */
    public static Differences dryRun(String replica, ReplicaSettings source, List<RelPath> paths)
            throws InterruptedException {
        SourceMarker.Found found = new SourceMarker(source.endpoint(), source.rsync()).discover();
        UUID id = found.id();
        if (id == null) {
            return Differences.held(found.state(), found.message());
        }
        ReplicaRoot.refuseOther(source.source(), source.root(), id);
        return OfflineDryRun.of(source.reconciler(replica, source.root(), id), paths);
    }

    /**
     * What a baseline of a directory that is not a replica yet would change, and of all that only the directory has, path by path.
     *
     * @param expected the identity that the source must have
     * @throws InterruptedException when the caller's thread was interrupted
     * @throws WeirException CONFLICT when what answers is another source; when there is no usable rsync
     */
    public static Differences onlyHere(String replica, ReplicaSettings source, UUID expected, OnlyHere told)
            throws InterruptedException {
        SourceMarker.Found found = new SourceMarker(source.endpoint(), source.rsync()).discover();
        UUID id = found.id();
        if (id == null) {
            return Differences.held(found.state(), found.message());
        }
        if (!id.equals(expected)) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "compare " + source.root() + " with source " + source.source() + ": what answers at "
                            + source.endpoint().url() + " has id " + id + ", and the source has id " + expected
                            + "; let `url` of this source name its host");
        }
        return OfflineDryRun.of(source.reconciler(replica, source.root(), id), List.of(RelPath.ROOT), told);
    }
}
