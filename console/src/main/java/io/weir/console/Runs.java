package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The last orders that were given here. What became of others, or of those before a restart, is only in the topics. Thread-safe. */
final class Runs {
    /** Each may hold an answer of half a megabyte. */
    static final int MOST = 30;

    private final Map<String, Run> runs = new LinkedHashMap<>();

    /** Adds one, before it is given: its answer may come at once. */
    synchronized void add(Run run) {
        runs.put(run.id(), run);
        Iterator<Run> oldest = runs.values().iterator();
        while (runs.size() > MOST) {
            oldest.next();
            oldest.remove();
        }
    }

    /** Notes what came of one, as far as no applier has told. */
    synchronized void end(String id, Run.End end) {
        runs.computeIfPresent(id, (key, run) -> run.end() == null ? run.ended(end) : run);
    }

    /** Notes an answer, if it is to one of them. */
    synchronized void answer(Result answer) {
        String id = answer.getCommand();
        if (id != null) {
            runs.computeIfPresent(id, (key, run) -> run.answered(answer));
        }
    }

    /** Notes what an applier's state tells of repairs. */
    synchronized void status(Status applier, Collection<DeadLetter> letters) {
        runs.replaceAll((id, run) -> run.after(applier, letters));
    }

    /** The newest first. */
    synchronized List<Run> all() {
        List<Run> all = new ArrayList<>(runs.values());
        Collections.reverse(all);
        return all;
    }

    synchronized Optional<Run> get(String id) {
        return Optional.ofNullable(runs.get(id));
    }
}
