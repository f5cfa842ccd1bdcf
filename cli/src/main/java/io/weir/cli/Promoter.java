package io.weir.cli;

import io.weir.applier.consume.Promotions;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Promotion;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a replica the source, in two steps: its applier is told and says when its directory is a source's; then everybody else is told
 * who the source is. Whatever ends it in between, the same again goes on from there. {@link PromotionStep} decides. Used by one thread.
 */
final class Promoter {
    private static final Duration POLL = Duration.ofMillis(200);

    private final KafkaSettings kafka;
    private final Commander commander;

    Promoter(KafkaSettings kafka) {
        this.kafka = kafka;
        this.commander = new Commander(kafka, Duration.ZERO);
    }

    /**
     * What became of it.
     *
     * @param said the applier's last word, when it is done
     */
    record Done(Promotion promotion, @Nullable Status said, boolean isNew) {}

    /**
     * Carries it out.
     *
     * @param all what all components said last
     * @param most how long to wait for the applier
     * @return empty when the applier has not done it in time; it still may, and then the same is to be done again
     * @throws WeirException CONFLICT when it cannot be done, or another promotion is under way or came between
     */
    Optional<Done> promote(Commander.Address replica, String reason, List<Status> all, Duration most) {
        DesiredRecords desired = DesiredRecords.read(kafka);
        PromotionStep step =
                PromotionStep.next(replica, desired, all, UUID.randomUUID().toString());
        Status said = PromotionStep.last(all, replica);
        if (!(step instanceof PromotionStep.Over)) {
            withdrawOthers(replica, desired);
        }
        if (step instanceof PromotionStep.Ask ask) {
            said = ask(replica, reason, desired, ask, most);
            if (said == null) {
                return Optional.empty();
            }
            DesiredRecords now = DesiredRecords.read(kafka);
            if (said.getState() != ComponentState.PROMOTED) {
                if (Objects.equals(ask.wanted(), now.of(replica.source(), replica.replica()))) {
                    commander.wish(key(replica), now.rest(replica.source(), replica.replica()));
                }
                throw new WeirException(
                        ExitCode.CONFLICT, replica.replica() + "/" + replica.source() + ": " + said.getMessage());
            }
            step = PromotionStep.after(replica, ask.wanted(), desired, now, said);
        }
        if (step instanceof PromotionStep.Tell tell) {
            commander.wish(
                    replica.source(),
                    Commander.wanted(replica.replica(), replica.source(), reason)
                            .setPromotion(tell.made())
                            .build());
            return Optional.of(new Done(tell.made(), said, true));
        }
        return Optional.of(new Done(((PromotionStep.Over) step).newest(), said, false));
    }

    private static String key(Commander.Address replica) {
        return DesiredRecords.key(replica.source(), replica.replica());
    }

    /** Asks its applier, and waits; null when it says nothing to that. */
    private @Nullable Status ask(
            Commander.Address replica, String reason, DesiredRecords desired, PromotionStep.Ask ask, Duration most) {
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.follow(List.of(new Topics(kafka.topicPrefix()).status().name()), false);
            if (ask.isNew()) {
                commander.wish(key(replica), wanted(replica, reason, desired, ask.wanted()));
            }
            return await(reader, replica, most);
        }
    }

    /** With the pause that it had, and why, which holds on when the promotion is withdrawn. */
    private static Desired wanted(
            Commander.Address replica, String reason, DesiredRecords desired, Promotion promotion) {
        Desired rest = desired.rest(replica.source(), replica.replica());
        return Commander.wanted(replica.replica(), replica.source(), rest == null ? reason : rest.getReason())
                .setPaused(rest != null)
                .setPromotion(promotion)
                .build();
    }

    /** What was wanted of another replica whose applier never did it: it must not do it later on. */
    private void withdrawOthers(Commander.Address replica, DesiredRecords desired) {
        Map<String, Promotion> withdrawn = new HashMap<>();
        desired.byKey().forEach((key, other) -> {
            String name = other.getReplica();
            boolean isOther = other.getSource().equals(replica.source())
                    && !key.equals(replica.source())
                    && !name.equals(replica.replica());
            Promotion due = isOther ? desired.due(replica.source(), name) : null;
            if (due != null) {
                commander.wish(key, desired.rest(replica.source(), name));
                withdrawn.put(name, due);
            }
        });
        if (withdrawn.isEmpty()) {
            return;
        }
        List<Status> now = StatusCommand.read(kafka);
        withdrawn.forEach((name, promotion) -> {
            Status other = PromotionStep.last(now, new Commander.Address(name, replica.source()));
            boolean isDone = other != null
                    && other.getState() == ComponentState.PROMOTED
                    && PromotedRoot.told(String.valueOf(other.getMessage()))
                            .filter(told -> told.getTo().equals(promotion.getTo()))
                            .isPresent();
            if (isDone) {
                throw PromotionStep.halfDone(replica, name);
            }
        });
    }

    /** What the applier says once it has done it, or that it cannot; null when it says neither. */
    private @Nullable Status await(TopicReader reader, Commander.Address replica, Duration most) {
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        long deadline = System.nanoTime() + most.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                Status status = Formats.known(serde, each.value());
                boolean isOf = status != null && PromotionStep.isOf(status, replica);
                if (status != null && isOf && (status.getState() == ComponentState.PROMOTED || isRefusal(status))) {
                    return status;
                }
            }
        }
        return null;
    }

    private static boolean isRefusal(Status status) {
        return Promotions.isRefusal(String.valueOf(status.getMessage()));
    }
}
