package io.weir.cli;

import io.weir.schemas.ComponentState;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Which sources a command to a replica is about, by what its applier has reported. Pure. */
final class ReplicaSources {
    private ReplicaSources() {}

    /**
     * What the applier said last of each of them, by source.
     *
     * @param source only this one; null for all
     * @throws WeirException (USAGE) when there is none: a mistyped name would be waited for without end
     */
    static SortedMap<String, Status> of(List<Status> all, String replica, @Nullable String source) {
        SortedMap<String, Status> chosen = new TreeMap<>();
        for (Status each : all) {
            String known = each.getSource();
            if (each.getRole() == Role.APPLIER
                    && replica.equals(each.getReplica())
                    && known != null
                    && (source == null || source.equals(known))) {
                chosen.put(known, each);
            }
        }
        if (chosen.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "no applier has reported replica '" + replica + "'"
                            + (source == null ? "" : " of source '" + source + "'")
                            + "; `weir status` shows those there are");
        }
        return chosen;
    }

    /**
     * Refuses what makes no sense for a replica that was promoted to be the source.
     *
     * @throws WeirException (CONFLICT) naming the source
     */
    static void refusePromoted(SortedMap<String, Status> chosen) {
        chosen.forEach((source, status) -> {
            if (status.getState() == ComponentState.PROMOTED) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "replica '" + status.getReplica() + "' was promoted, and is the source '" + source
                                + "' itself; nothing is applied to it. See docs/failover.md for the way back");
            }
        });
    }
}
