package io.weir.applier.consume;

import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is known of promotions: of the sources of a replica, and of the replica itself. Outlives a replication. Thread-safe. */
public final class Promotions {
    /** By source: the newest promotion of any replica. */
    private final Map<String, Desired> newest = new HashMap<>();
    /** By source: what is wanted of this replica. */
    private final Map<String, Desired> own = new LinkedHashMap<>();
    /** By the identity that this replica was to get: why it cannot. */
    private final Map<String, String> refused = new HashMap<>();

    private boolean isNews;

    /** Nothing is known. */
    public Promotions() {}

    /** All is read again: what was withdrawn, or is of a source that is the replica's no more, may be told by nobody. */
    synchronized void forget() {
        newest.clear();
        own.clear();
    }

    /** A replica was promoted to be the source; null for none any more. */
    synchronized void newest(String source, @Nullable Desired promotion) {
        Desired before = promotion == null ? newest.remove(source) : newest.put(source, promotion);
        isNews |= promotion != null && (before == null || !before.getPromotion().equals(promotion.getPromotion()));
    }

    /** What is wanted of this replica; null for nothing. */
    synchronized void own(String source, @Nullable Desired wanted) {
        if (wanted == null) {
            own.remove(source);
        } else {
            own.put(source, wanted);
            isNews |= isDue(wanted);
        }
    }

    /** The newest promotion of a source; null for none. */
    public synchronized @Nullable Desired newest(String source) {
        return newest.get(source);
    }

    /** By source: promotions of this replica that are to be carried out. */
    public synchronized Map<String, Desired> due() {
        Map<String, Desired> due = new LinkedHashMap<>();
        own.forEach((source, wanted) -> {
            if (isDue(wanted)) {
                due.put(source, wanted);
            }
        });
        return due;
    }

    /** A promotion of this replica cannot be carried out: it rests until something else is wanted. */
    public synchronized void refuse(Desired wanted, String why) {
        refused.put(wanted.getPromotion().getTo(), why);
    }

    /** A promotion of this replica was carried out. */
    public synchronized void done(String source) {
        own.remove(source);
    }

    private boolean isDue(Desired wanted) {
        return isCurrent(wanted) && !refused.containsKey(wanted.getPromotion().getTo());
    }

    private boolean isCurrent(Desired wanted) {
        Desired known = newest.get(wanted.getSource());
        Promotion promotion = wanted.getPromotion();
        return promotion != null && Lineage.isDue(promotion, known == null ? null : known.getPromotion());
    }

    /** What is wanted of a source of this replica as a rest: one that is to be promoted begins nothing any more. Null for nothing. */
    synchronized @Nullable Desired rest(String source) {
        Desired wanted = own.get(source);
        if (wanted == null || wanted.getPromotion() == null) {
            return wanted;
        }
        if (!isCurrent(wanted)) {
            return null;
        }
        String why = refused.getOrDefault(wanted.getPromotion().getTo(), "it is promoted");
        return Desired.newBuilder(wanted).setPaused(true).setReason(why).build();
    }

    /** Whether something was heard since the last call that a replication does not follow while it runs. */
    public synchronized boolean takeNews() {
        boolean was = isNews;
        isNews = false;
        return was;
    }

    /** Whether a reason of a rest, as {@link #rest} gives it, says that the replica cannot be promoted. */
    public static boolean isRefusal(String message) {
        return message.contains(PromotedRoot.REFUSED);
    }
}
