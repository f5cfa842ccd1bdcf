package io.weir.agent.publish;

import io.weir.schemas.Desired;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Who was promoted to be a source. */
@FunctionalInterface
interface Succession {
    /**
     * The newest promotion of the source as of now.
     *
     * @return null when there was none
     * @throws IOException when that cannot be known now
     */
    @Nullable
    Desired newest() throws IOException, InterruptedException;
}
