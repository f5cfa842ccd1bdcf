package io.weir.cli;

import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What is to be done next to make a replica the source, by what is wanted and by what appliers said. Pure. */
sealed interface PromotionStep {
    /**
     * Nothing: everybody knows that it is the source.
     *
     * @param newest the source's newest promotion
     */
    record Over(Promotion newest) implements PromotionStep {}

    /**
     * Its directory is a source's already: everybody is to be told.
     *
     * @param made the source's newest promotion from now on
     */
    record Tell(Promotion made) implements PromotionStep {}

    /**
     * Its applier is to make its directory a source's.
     *
     * @param wanted as what
     * @param isNew whether the applier is not asked for that yet
     */
    record Ask(Promotion wanted, boolean isNew) implements PromotionStep {}

    /**
     * The next step.
     *
     * @param all what all components said last
     * @param id an identity that nobody has, if one is needed
     * @throws WeirException CONFLICT when it cannot be done
     */
    static PromotionStep next(Commander.Address replica, DesiredRecords desired, List<Status> all, String id) {
        Promotion newest = desired.newest(replica.source());
        Promotion own = desired.of(replica.source(), replica.replica());
        Status said = last(all, replica);
        if (said == null || said.getState() != ComponentState.PROMOTED) {
            if (newest != null && own != null && newest.getTo().equals(own.getTo())) {
                return new Over(newest);
            }
            refuseHalfDone(replica, desired, all);
            return own != null && Lineage.isDue(own, newest)
                    ? new Ask(own, false)
                    : new Ask(Lineage.next(newest, "", id), true);
        }
        PromotionStep told = told(replica, newest, said);
        if (!(told instanceof Over)) {
            refuseHalfDone(replica, desired, all);
        }
        if (newest == null) {
            refuseFollowed(replica, tellsOf(said), all);
        }
        return told;
    }

    /**
     * The step after an applier has done what it was asked for, for which it was waited.
     *
     * @param wanted what it was asked for
     * @param before what was wanted then
     * @param now what is wanted now
     * @param said what it says
     * @throws WeirException CONFLICT when others have decided otherwise meanwhile
     */
    static PromotionStep after(
            Commander.Address replica, Promotion wanted, DesiredRecords before, DesiredRecords now, Status said) {
        Promotion newest = now.newest(replica.source());
        PromotionStep told = told(replica, newest, said);
        if (told instanceof Over) {
            return told;
        }
        boolean isSame = Objects.equals(newest, before.newest(replica.source()))
                && Objects.equals(wanted, now.of(replica.source(), replica.replica()));
        if (!isSame) {
            throw refused(
                    replica,
                    "another command has withdrawn it, or promoted another replica, while this one waited. Its directory is a"
                            + " source's already, but nobody is told: look at `weir status`; if it is to be the source, give the same"
                            + " command again, and otherwise make it a replica again with `weir demote` on its host");
        }
        return told;
    }

    /** Whether it was begun, so that nothing is in its way any more: its directory is a source's, and is known, or wanted, to be. */
    static boolean isUnderWay(Status said, DesiredRecords desired) {
        String source = Objects.requireNonNull(said.getSource(), "an applier's");
        Promotion own = desired.of(source, Objects.requireNonNull(said.getReplica(), "an applier's"));
        return said.getState() == ComponentState.PROMOTED
                && (desired.newest(source) != null
                        || PromotedRoot.told(String.valueOf(said.getMessage()))
                                .filter(told -> own != null && told.getTo().equals(own.getTo()))
                                .isPresent());
    }

    /** What the applier of a replica said last; null for nothing. */
    static @Nullable Status last(List<Status> all, Commander.Address replica) {
        return all.stream().filter(each -> isOf(each, replica)).findFirst().orElse(null);
    }

    /** Whether it is the word of a replica's applier. */
    static boolean isOf(Status status, Commander.Address replica) {
        return status.getRole() == Role.APPLIER
                && replica.replica().equals(status.getReplica())
                && replica.source().equals(status.getSource());
    }

    /** Of a replica that says that it is the source: whether that is so, becomes so, or is over. */
    private static PromotionStep told(Commander.Address replica, @Nullable Promotion newest, Status said) {
        Promotion told = tellsOf(said);
        if (newest != null && newest.getTo().equals(told.getTo())) {
            return new Over(newest);
        }
        if (newest != null && !newest.getTo().equals(told.getFrom())) {
            throw refused(
                    replica,
                    "its directory has identity " + told.getTo() + " after " + told.getFrom()
                            + ", and the source has identity " + newest.getTo()
                            + " since: it is no replica of that. Make it one with `weir demote` on its host, and start its"
                            + " applier");
        }
        return new Tell(Lineage.next(newest, told.getFrom(), told.getTo()));
    }

    private static Promotion tellsOf(Status said) {
        Optional<Promotion> told = PromotedRoot.told(String.valueOf(said.getMessage()));
        return told.orElseThrow(() -> new WeirException(
                ExitCode.CONFLICT,
                "promote " + said.getReplica() + ": its applier says that it was promoted, and not as what: "
                        + said.getMessage() + "; is it of another version?"));
    }

    /** Without records, only what appliers say tells that another replica was promoted after this one. */
    private static void refuseFollowed(Commander.Address replica, Promotion told, List<Status> all) {
        for (Status each : all) {
            boolean isNext = each.getState() == ComponentState.PROMOTED
                    && replica.source().equals(each.getSource())
                    && PromotedRoot.told(String.valueOf(each.getMessage()))
                            .filter(other -> other.getFrom().equals(told.getTo()))
                            .isPresent();
            if (isNext) {
                throw refused(
                        replica,
                        "replica " + each.getReplica() + " was promoted after it; promote that one, and make this one a"
                                + " replica with `weir demote` on its host");
            }
        }
    }

    /** A directory that is a source's already, and of which nobody else knows, would be forgotten. */
    private static void refuseHalfDone(Commander.Address replica, DesiredRecords desired, List<Status> all) {
        for (Status each : all) {
            String other = each.getReplica();
            if (each.getState() == ComponentState.PROMOTED
                    && replica.source().equals(each.getSource())
                    && other != null
                    && !other.equals(replica.replica())
                    && desired.due(replica.source(), other) != null) {
                throw halfDone(replica, other);
            }
        }
    }

    /** The refusal of a promotion as another replica's is to be finished. */
    static WeirException halfDone(Commander.Address replica, String other) {
        return refused(
                replica,
                "replica " + other + " is promoted already, and only its end is missing; finish it with `weir promote "
                        + other + " --source " + replica.source() + " --execute`");
    }

    private static WeirException refused(Commander.Address replica, String why) {
        return new WeirException(ExitCode.CONFLICT, "promote " + replica.replica() + ": " + why);
    }
}
