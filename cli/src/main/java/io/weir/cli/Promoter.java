package io.weir.cli;

import io.weir.applier.consume.Promotions;
import io.weir.applier.replica.PromotedRoot;
import io.weir.schemas.ComponentState;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * Makes a replica the source, in two steps: its applier is told and says when its directory is a source's; then everybody else is told
 * who the source is. Whatever ends it in between, the same again goes on from there. Used by one thread.
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
     * @throws WeirException CONFLICT when it cannot be done, or another promotion is under way
     */
    Optional<Done> promote(Commander.Address replica, String reason, List<Status> all, Duration most) {
        DesiredRecords desired = DesiredRecords.read(kafka);
        String source = replica.source();
        Promotion newest = desired.newest(source);
        Promotion own = desired.of(source, replica.replica());
        if (newest != null && own != null && newest.getTo().equals(own.getTo())) {
            return Optional.of(new Done(newest, last(all, replica), false));
        }
        refuseHalfDone(replica, newest, desired, all);
        withdrawOthers(replica, newest, desired);
        Promotion wanted = own != null && Lineage.isDue(own, newest)
                ? own
                : Lineage.next(newest, "", UUID.randomUUID().toString());
        boolean isUnderWay = own != null && wanted.equals(own);
        Status said;
        try (TopicReader reader = new TopicReader(kafka)) {
            reader.follow(List.of(new Topics(kafka.topicPrefix()).status().name()), false);
            if (!isUnderWay) {
                commander.wish(DesiredRecords.key(source, replica.replica()), desired(replica, reason, wanted));
            }
            said = await(reader, replica, wanted.getTo(), last(all, replica), most);
        }
        if (said == null) {
            return Optional.empty();
        }
        if (said.getState() != ComponentState.PROMOTED) {
            Desired before = desired.byKey().get(DesiredRecords.key(source, replica.replica()));
            commander.wish(
                    DesiredRecords.key(source, replica.replica()),
                    before == null || before.getPromotion() != null ? null : before);
            throw new WeirException(ExitCode.CONFLICT, replica.replica() + "/" + source + ": " + said.getMessage());
        }
        Promotion told = PromotedRoot.told(String.valueOf(said.getMessage())).orElseThrow();
        Promotion made = Lineage.next(newest, told.getFrom(), told.getTo());
        commander.wish(source, desired(replica, reason, made));
        return Optional.of(new Done(made, said, true));
    }

    private static Desired desired(Commander.Address replica, String reason, Promotion promotion) {
        return Commander.wanted(replica.replica(), replica.source(), reason)
                .setPromotion(promotion)
                .build();
    }

    private static @Nullable Status last(List<Status> all, Commander.Address replica) {
        return all.stream().filter(each -> isOf(each, replica)).findFirst().orElse(null);
    }

    private static boolean isOf(Status status, Commander.Address replica) {
        return status.getRole() == Role.APPLIER
                && replica.replica().equals(status.getReplica())
                && replica.source().equals(status.getSource());
    }

    /** A directory that is a source's already, and of which nobody else knows, would be forgotten. */
    private static void refuseHalfDone(
            Commander.Address replica, @Nullable Promotion newest, DesiredRecords desired, List<Status> all) {
        for (Status each : all) {
            String other = each.getReplica();
            if (each.getState() != ComponentState.PROMOTED
                    || !replica.source().equals(each.getSource())
                    || other == null
                    || other.equals(replica.replica())) {
                continue;
            }
            Promotion wanted = desired.of(replica.source(), other);
            if (wanted != null && Lineage.isDue(wanted, newest)) {
                throw new WeirException(
                        ExitCode.CONFLICT,
                        "promote " + replica.replica() + ": replica " + other
                                + " is promoted already, and only its end is"
                                + " missing; finish it with `weir promote " + other + " --source " + replica.source()
                                + " --execute`");
            }
        }
    }

    /** What was wanted of another replica whose applier never did it: it must not do it later on. */
    private void withdrawOthers(Commander.Address replica, @Nullable Promotion newest, DesiredRecords desired) {
        for (Map.Entry<String, Desired> each : desired.byKey().entrySet()) {
            Desired other = each.getValue();
            boolean isOther = other.getSource().equals(replica.source())
                    && !each.getKey().equals(replica.source())
                    && !other.getReplica().equals(replica.replica());
            if (isOther && other.getPromotion() != null && Lineage.isDue(other.getPromotion(), newest)) {
                commander.wish(each.getKey(), null);
            }
        }
    }

    /** What the applier says once it has done it, or that it cannot; null when it says neither. */
    private @Nullable Status await(
            TopicReader reader, Commander.Address replica, String to, @Nullable Status before, Duration most) {
        if (before != null && isAnswer(before, to)) {
            return before;
        }
        RecordSerde<Status> serde = Formats.of(kafka).serde(Status.class);
        long deadline = System.nanoTime() + most.toNanos();
        while (System.nanoTime() - deadline < 0) {
            for (ConsumerRecord<byte[], byte[]> each : reader.poll(POLL)) {
                Status status = Formats.known(serde, each.value());
                if (status != null && isOf(status, replica) && (isAnswer(status, to) || isRefusal(status))) {
                    return status;
                }
            }
        }
        return null;
    }

    private static boolean isRefusal(Status status) {
        return Promotions.isRefusal(String.valueOf(status.getMessage()));
    }

    private static boolean isAnswer(Status status, String to) {
        return status.getState() == ComponentState.PROMOTED
                && PromotedRoot.told(String.valueOf(status.getMessage()))
                        .filter(promotion -> promotion.getTo().equals(to))
                        .isPresent();
    }
}
