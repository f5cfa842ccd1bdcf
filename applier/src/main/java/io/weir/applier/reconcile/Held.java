package io.weir.applier.reconcile;

/** Something that stands in the way of every path: nothing may be considered done. */
final class Held extends Exception {
    private static final long serialVersionUID = 1L;

    private final Outcome.State state;

    Held(Outcome.State state, String message) {
        super(message);
        this.state = state;
    }

    Outcome.State state() {
        return state;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
