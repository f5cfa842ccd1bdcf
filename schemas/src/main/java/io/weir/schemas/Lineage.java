package io.weir.schemas;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The identities that a source had one after the other, as its {@link Promotion}s tell. Pure. */
public final class Lineage {
    private Lineage() {}

    /** Whether a tree with this identity was the source, and is not any more. */
    public static boolean isFormer(Promotion newest, String id) {
        return newest.getFrom().equals(id) || newest.getFormer().contains(id);
    }

    /**
     * Whether what is wanted of a replica is still to be done: it was wanted while the source was what it is now. One that was done, or
     * that another replica was quicker with, is not.
     *
     * @param own what is wanted of the replica; its {@code from} is empty when the source was never promoted before
     * @param newest the source's newest promotion; null for none
     */
    public static boolean isDue(Promotion own, @Nullable Promotion newest) {
        return own.getFrom().equals(newest == null ? "" : newest.getTo());
    }

    /**
     * The promotion that follows on another.
     *
     * @param newest the one before; null for none
     * @param from the identity of the source until now; empty when that is not known, and there was none before
     * @param to that of its successor
     */
    public static Promotion next(@Nullable Promotion newest, String from, String to) {
        List<String> former = new ArrayList<>();
        if (newest != null) {
            former.addAll(newest.getFormer());
            former.add(newest.getFrom());
        }
        return Promotion.newBuilder()
                .setFrom(newest == null ? from : newest.getTo())
                .setTo(to)
                .setFormer(former)
                .build();
    }
}
