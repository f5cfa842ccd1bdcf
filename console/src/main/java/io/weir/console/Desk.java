package io.weir.console;

import io.weir.service.WeirException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Gives orders and tells what became of them. Thread-safe. */
final class Desk {
    private final Board board;
    private final Answers answers;

    Desk(Board board, Answers answers) {
        this.board = board;
        this.answers = answers;
    }

    /**
     * Gives an order and waits for no answer.
     *
     * @return its id
     * @throws WeirException when it cannot be given
     */
    String give(Order order) {
        Answers.Prepared prepared = answers.prepare(order, board.components());
        Runs runs = board.runs();
        runs.add(Run.asked(prepared, order, Instant.now()));
        try {
            prepared.give().ifPresent(done -> runs.end(prepared.id(), new Run.End(Instant.now(), false, done, null)));
        } catch (WeirException e) {
            runs.end(prepared.id(), new Run.End(Instant.now(), true, String.valueOf(e.getMessage()), null));
            throw e;
        }
        return prepared.id();
    }

    /** All that are remembered, the newest first, as JSON; without what was found. */
    String all() {
        Instant now = Instant.now();
        List<Run> all = board.runs().all();
        return Json.array(all, (json, each) -> each.write(json, progress(each, all), now));
    }

    /** One of them, with what was found, as JSON; empty when it is none, or none any more. */
    Optional<String> one(String id) {
        List<Run> all = board.runs().all();
        return board.runs()
                .get(id)
                .map(run -> Json.object(json -> {
                    run.write(json, progress(run, all), Instant.now());
                    Run.End end = run.end();
                    if (end != null && end.answer() != null) {
                        json.writeFieldName("details");
                        json.writeRawValue(answers.details(end.answer()));
                    }
                }));
    }

    /**
     * Of those that are like each other only one is told to go on: the newest of those that do after their answer, else the oldest that
     * has none, as an applier takes one after the other.
     */
    private String progress(Run run, List<Run> newestFirst) {
        Stream<Run> alike = newestFirst.stream().filter(run::isLike);
        Optional<Run> working = run.goesOn()
                ? alike.findFirst()
                : alike.filter(each -> each.end() == null).reduce((newer, older) -> older);
        return working.filter(one -> one.id().equals(run.id())).isPresent()
                ? run.progress(board.progress(run.order().replica(), run.order().source()))
                : "";
    }
}
