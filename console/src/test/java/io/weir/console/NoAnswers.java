package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import java.util.List;
import java.util.Map;

/** Nothing is known, and nothing can be asked for. */
class NoAnswers implements Answers {
    @Override
    public String status(List<Status> components) {
        return "[]";
    }

    @Override
    public String deadLetters(Map<DeadLetterKey, DeadLetter> letters) {
        return "[]";
    }

    @Override
    public String explain(String source, String path, String since) {
        return "{}";
    }

    @Override
    public String history(String source, String path, String since) {
        return "{\"changes\":[]}";
    }

    @Override
    public Prepared prepare(Order order, List<Status> components) {
        throw new IllegalArgumentException("nothing can be asked for");
    }

    @Override
    public String details(Result answer) {
        return "{}";
    }
}
