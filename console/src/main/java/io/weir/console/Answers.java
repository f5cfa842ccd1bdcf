package io.weir.console;

import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.Status;
import java.util.List;
import java.util.Map;

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
     * @throws io.weir.service.WeirException when the path is none or Kafka does not answer
     */
    String explain(String source, String path);

    /**
     * Gives a command, waits for its answer a while, and tells it in one sentence.
     *
     * @throws io.weir.service.WeirException when it is refused or nobody answers
     */
    String carryOut(Order order);
}
