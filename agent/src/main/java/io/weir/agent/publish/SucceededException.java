package io.weir.agent.publish;

import io.weir.schemas.Desired;
import io.weir.schemas.RelPath;
import java.time.temporal.ChronoUnit;

/** A replica was promoted in the place of this tree, which is the source no more. */
public final class SucceededException extends Exception {
    private static final long serialVersionUID = 1;

    /** By this promotion; the tree has that identity. */
    SucceededException(Desired by, String id) {
        super(text(by, id));
    }

    /** What is to be told to people. */
    public static String text(Desired by, String id) {
        return "source " + by.getSource() + " was promoted to replica " + RelPath.display(by.getReplica()) + " by "
                + RelPath.display(by.getBy()) + " at " + by.getAt().truncatedTo(ChronoUnit.SECONDS)
                + (by.getReason().isEmpty() ? "" : " (" + RelPath.display(by.getReason()) + ")")
                + ": the tree with the marker .weir/id-"
                + by.getPromotion().getTo() + " is the source, and this one, .weir/id-" + id
                + ", is not. Nothing is published from here. Make it a replica with `weir demote`, see docs/failover.md;"
                + " a tree that has nothing to do with that source needs a name of its own";
    }
}
