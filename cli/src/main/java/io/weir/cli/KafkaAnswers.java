package io.weir.cli;

import io.weir.service.ExitCode;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;

/**
 * Waits for what Kafka answers to one who administers it. Immutable.
 *
 * @param place which Kafka is asked, for messages
 * @param advice what to do when it gives no good answer
 */
public record KafkaAnswers(String place, String advice) {
    /** How long an answer is waited for. */
    public static final Duration TIMEOUT = Duration.ofSeconds(30);

    /**
     * An answer.
     *
     * @param operation what was asked for, for messages
     * @param right that a user needs for it
     * @throws WeirException (UNAVAILABLE) when it is a refusal or does not come; (INTERRUPTED)
     */
    public <T> T get(String operation, AclOperation right, KafkaFuture<T> future) {
        try {
            return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    operation + " at " + place + ": " + Refusal.explain(cause, right) + "; " + advice,
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, operation + " was interrupted", e);
        }
    }
}
