package io.weir.agent.scan;

import io.weir.agent.watch.Captured;
import java.io.IOException;
import java.util.function.Consumer;

/** What was published of a source, as Kafka has it. */
public interface History {
    /**
     * Tells every path that was published since a moment.
     *
     * @param fromMillis the moment, milliseconds since 1970
     * @param sink takes the paths, each at least once
     * @param tick called at least every few seconds meanwhile
     * @return false when some of it is not there any more, or cannot be read
     * @throws IOException when Kafka is away; some paths may have been told
     */
    boolean since(long fromMillis, Consumer<Captured> sink, Runnable tick) throws IOException, InterruptedException;
}
