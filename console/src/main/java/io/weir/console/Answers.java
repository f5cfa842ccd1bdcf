package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What the console lets others say and do: the same words as the command line's. Called by several threads. */
public interface Answers {
    /** What every component said last, as JSON: an array, as {@code weir status -o json} prints it. */
    String status(List<Status> components);

    /** Dead letters as JSON: an array, as {@code weir deadletters list -o json} prints it. */
    String deadLetters(Map<DeadLetterKey, DeadLetter> letters);

    /**
     * Everything known of one path, as JSON.
     *
     * @param path absolute, or relative to the source's root, as a person writes it
     * @param since how far back is looked, as a person writes it; empty for a day
     * @throws io.weir.service.WeirException when the path is none or Kafka does not answer
     */
    String explain(String source, String path, String since);

    /**
     * The changes of a path and of all below it that were observed, as JSON: an object whose {@code changes} are as {@code weir history
     * -o json} prints them, the oldest first.
     *
     * @param path as for {@link #explain}
     * @param since as for {@link #explain}
     * @throws io.weir.service.WeirException when the path is none or Kafka does not answer
     */
    String history(String source, String path, String since);

    /**
     * Checks an order; nothing is done before it is given.
     *
     * @param components what every component said last
     * @throws io.weir.service.WeirException (USAGE) when it is none that can be given
     */
    Prepared prepare(Order order, List<Status> components);

    /** What an answer says beside its sentence, as a JSON object: the numbers and the paths that were found. */
    String details(Result answer);

    /** An order that can be given. Used by one thread. */
    interface Prepared {
        /** The answer has it. */
        String id();

        /** An applier that reads it later does nothing. */
        Instant expiresAt();

        /**
         * Gives it and waits for no answer.
         *
         * @return what was done, when no answer follows
         * @throws io.weir.service.WeirException (UNAVAILABLE) when Kafka does not take it
         */
        Optional<String> give();
    }
}
