package io.weir.agent.publish;

import io.weir.schemas.Status;
import java.io.IOException;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What the status topic says of other agents for a source. */
interface Rivals {
    /**
     * Looks for records of the source's component.
     *
     * @param from the first offset to look at
     * @param to the first one not to look at
     * @param isRival whether a record is another agent's that serves the source
     * @return who that is, for people; also when a record cannot be read, so that it may be one; null for nobody
     * @throws IOException when Kafka does not answer
     */
    @Nullable
    String between(long from, long to, Predicate<Status> isRival) throws IOException, InterruptedException;
}
