package io.weir.applier.consume;

/** A replica is to become a source before anything else is done to it: see {@link Promotions#due}. */
public final class PromotionDueException extends RuntimeException {
    private static final long serialVersionUID = 1;

    PromotionDueException() {
        super("the replica is to be promoted");
    }
}
