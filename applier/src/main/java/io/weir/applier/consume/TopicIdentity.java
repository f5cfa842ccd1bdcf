package io.weir.applier.consume;

import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.Refusal;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.UnknownTopicOrPartitionException;
import org.jspecify.annotations.Nullable;

/**
 * Kafka's id of a topic. One that is deleted and made again has another id, and offsets of before mean nothing in it; a consumer does
 * not tell, it goes on where it was as soon as there are as many records. Used by one thread at a time.
 */
final class TopicIdentity implements BatchConsumer.Identity, AutoCloseable {
    private static final Duration INTERVAL = Duration.ofSeconds(2);
    private static final Duration CLOSE = Duration.ofSeconds(2);

    private final String topic;
    private final Admin admin;
    private @Nullable KafkaFuture<String> asked;
    private long askAtNanos = System.nanoTime();

    /** Of one topic. */
    TopicIdentity(KafkaSettings kafka, String replica, String topic) {
        this.topic = topic;
        admin = Admin.create(kafka.admin(Map.of(AdminClientConfig.CLIENT_ID_CONFIG, "weir-applier-" + replica)));
    }

    private KafkaFuture<String> describe() {
        return admin.describeTopics(List.of(topic))
                .allTopicNames()
                .thenApply(all -> all.values().iterator().next().topicId().toString());
    }

    @Override
    public String ask() {
        return ask(BatchConsumer.ANSWER);
    }

    /** As {@link #ask()}, and waits so long. */
    String ask(Duration patience) {
        try {
            return describe().get(patience.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "look up topic " + topic + ": " + Refusal.explain(cause, AclOperation.READ, topic)
                            + "; check kafka.bootstrap.servers, and make the topics with" + " `weir topics create`",
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new WeirException(ExitCode.INTERRUPTED, "look up topic " + topic + ": interrupted", e);
        }
    }

    @Override
    public @Nullable String look() {
        KafkaFuture<String> answer = asked;
        if (answer == null) {
            if (System.nanoTime() - askAtNanos >= 0) {
                asked = describe();
            }
            return null;
        }
        if (!answer.isDone()) {
            return null;
        }
        asked = null;
        askAtNanos = System.nanoTime() + INTERVAL.toNanos();
        try {
            return answer.get();
        } catch (ExecutionException e) {
            // While Kafka is away nothing is known.
            return e.getCause() instanceof UnknownTopicOrPartitionException ? GONE : null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return null;
        }
    }

    @Override
    public void close() {
        admin.close(CLOSE);
    }
}
