package io.weir.agent.publish;

import io.weir.agent.root.Debt;
import io.weir.agent.root.StateFile;
import io.weir.agent.scan.Ledger;
import java.io.IOException;

/** What is owed of a source, in its state file. */
record StateLedger(StateFile state) implements Ledger {
    @Override
    public Debt debt() {
        return state.state().debt();
    }

    @Override
    public void settle(Debt published) throws IOException {
        state.update(known -> known.settled(published));
    }
}
