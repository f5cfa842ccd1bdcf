package io.weir.agent.scan;

import io.weir.agent.root.Debt;
import java.io.IOException;

/** Remembers over restarts what is to be published again. Thread-safe. */
public interface Ledger {
    /** What is owed now. */
    Debt debt();

    /** Kafka has all of it. What is owed beyond it by now stays. */
    void settle(Debt published) throws IOException;

    /** A ledger in which nothing is ever owed. */
    static Ledger empty() {
        return new Ledger() {
            @Override
            public Debt debt() {
                return Debt.NONE;
            }

            @Override
            public void settle(Debt published) {
                // Nothing is owed.
            }
        };
    }
}
