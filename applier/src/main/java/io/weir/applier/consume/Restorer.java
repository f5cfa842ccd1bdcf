package io.weir.applier.consume;

import io.weir.applier.disk.ReplicaPast;
import io.weir.schemas.Command;
import io.weir.schemas.CommandKind;
import io.weir.schemas.RelPath;
import io.weir.schemas.RestoreOrder;
import io.weir.schemas.Restored;
import io.weir.schemas.Versions;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Tells of earlier versions and brings them back, beside the work and in no way by it: neither the source nor a pause matters. Guarded by
 * the lock of {@link Replication}, but for the looks and copies themselves.
 */
final class Restorer {
    private final Reports reports;
    private final Asides looks;
    private final Asides restores;
    private final Map<String, ReplicaPast> pasts = new HashMap<>();

    /**
     * With lanes of their own.
     *
     * @param looks for lists, which are soon done
     * @param restores for copies, which may take hours
     */
    Restorer(Reports reports, Asides looks, Asides restores) {
        this.reports = reports;
        this.looks = looks;
        this.restores = restores;
    }

    /** What a source's replica had. */
    void past(String source, ReplicaPast past) {
        pasts.put(source, past);
    }

    /** Whether a restore was begun before a restart: then it does not expire. */
    boolean isBegun(Command command) {
        ReplicaPast past = pasts.get(command.getSource());
        RestoreOrder order = command.getRestore();
        return past != null && order != null && past.isBegun(order.getAsOf(), order.getTo(), command.getId());
    }

    /** Carries out an order for versions or a restore. */
    void ask(Command command, SourceState source, List<RelPath> paths, List<Span> spans) {
        ReplicaPast past = pasts.get(source.name());
        RestoreOrder order = command.getRestore();
        boolean isRestore = command.getKind() == CommandKind.RESTORE;
        if (past == null || paths.isEmpty() || (isRestore && order == null)) {
            reports.answer(command, 0, 1, "it does not say of which paths, or of which time");
        } else if (isRestore && order != null) {
            restores.add(new Asides.Asked("restore of source " + source.name(), spans, () -> {
                ReplicaPast.Answer<Restored> answer =
                        past.restore(paths, order.getAsOf(), order.getTo(), command.getId());
                return () -> reports.restored(command, answer);
            }));
        } else {
            looks.add(new Asides.Asked("versions of source " + source.name(), spans, () -> {
                ReplicaPast.Answer<Versions> answer = past.versions(paths);
                return () -> reports.versions(command, answer);
            }));
        }
    }
}
