package io.weir.agent.scan;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Reads journals in their order and passes on what was acknowledged, when it was; and in the end what is uncertain. */
final class Replay implements JournalFile.Reader {
    /** Takes a record. */
    interface Target {
        void apply(JournalRecord record) throws IOException;
    }

    private final Target acknowledged;
    private final Intents intents = new Intents();
    private final List<JournalRecord> uncertain = new ArrayList<>();

    Replay(Target acknowledged) {
        this.acknowledged = acknowledged;
    }

    @Override
    public void session() {
        uncertain.addAll(intents.left().values());
        intents.clear();
    }

    @Override
    public void intent(long number, JournalRecord record) {
        intents.add(number, record);
    }

    @Override
    public void acknowledged(long from, long to) throws IOException {
        for (long number = from; number <= to; number++) {
            JournalRecord record = intents.acknowledged(number);
            if (record != null) {
                acknowledged.apply(record);
            }
        }
    }

    /** Passes on what may have been sent without being acknowledged. */
    void end(Target target) throws IOException {
        session();
        for (JournalRecord record : uncertain) {
            target.apply(record);
        }
    }
}
