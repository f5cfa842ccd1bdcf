package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.schemas.Batch;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.RecordSerde;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import io.weir.schemas.Topics;
import io.weir.schemas.UndecodableRecordException;
import io.weir.schemas.WireFormat;
import io.weir.service.KafkaSettings;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/** Asks the topics for all that is known of a path. */
final class Explainer {
    /** Of batches that are read at a time. */
    private static final int SLICE = 1000;

    /** Changes that are looked for: gaps are no change of the path, and must not hide it. */
    private static final int CHANGES = 50;

    private static final int SHOWN = 5;
    /** By how much clocks of two hosts may differ without anything being missed. */
    private static final Duration SKEW = Duration.ofMinutes(1);

    private final KafkaSettings kafka;
    private final Topics topics;
    private final WireFormat format;
    private final List<Status> components;
    private final StatusView now;

    /**
     * Of one deployment.
     *
     * @param components what all components said last
     * @param now tells who is silent
     */
    Explainer(KafkaSettings kafka, List<Status> components, StatusView now) {
        this.kafka = kafka;
        this.topics = new Topics(kafka.topicPrefix());
        this.format = Formats.of(kafka);
        this.components = components;
        this.now = now;
    }

    /**
     * Explains a path by the records between two moments.
     *
     * @param known the sources whose settings are known here
     * @throws io.weir.service.WeirException (UNAVAILABLE) when Kafka does not answer
     */
    Explanation explain(String source, RelPath path, Instant since, Instant until, List<SourceSettings> known) {
        try (TopicReader reader = new TopicReader(kafka)) {
            ChangeSearch.Found found = new ChangeSearch(
                            kafka,
                            new ChangeSearch.Question(
                                    source, path, new Trail.Reach(false, true), since, until.plus(SKEW), CHANGES))
                    .find(reader);
            List<Seen> changes = found.changes().stream()
                    .filter(each -> each.change().getKind() != ChangeKind.GAP)
                    .toList();
            Change newest =
                    changes.isEmpty() ? null : changes.get(changes.size() - 1).change();
            Carried carried = carried(reader, source, path, since, until);
            List<Result> results = carried == null ? List.of() : results(reader, carried, until);
            Optional<SourceSettings> settings =
                    known.stream().filter(each -> each.name().equals(source)).findFirst();
            Optional<String> exclusion = Notes.exclusion(path, settings);
            AtSource atSource = exclusion
                    .map(AtSource::excluded)
                    .orElseGet(() ->
                            AtSource.of(path, changes.stream().map(Seen::change).toList()));
            Verdicts verdicts = new Verdicts(
                    path, exclusion, newest, carried, Letter.readAll(kafka), results, now, atSource.state());
            return new Explanation(
                    source,
                    path,
                    changes.subList(Math.max(0, changes.size() - SHOWN), changes.size()),
                    carried,
                    components.stream().filter(each -> isStage(each, source)).toList(),
                    Notes.of(path, settings.isPresent(), isServed(source), found, newest, carried),
                    Notes.hints(path, settings.isPresent(), found),
                    atSource,
                    components.stream()
                            .filter(each -> each.getRole() == Role.APPLIER && source.equals(each.getSource()))
                            .map(verdicts::of)
                            .toList());
        }
    }

    private static boolean isStage(Status status, String source) {
        return status.getRole() == Role.AGGREGATOR
                || (status.getRole() == Role.AGENT && source.equals(status.getSource()));
    }

    private boolean isServed(String source) {
        return components.stream().anyMatch(each -> each.getRole() == Role.AGENT && source.equals(each.getSource()));
    }

    private @Nullable Carried carried(TopicReader reader, String source, RelPath path, Instant since, Instant until) {
        RecordSerde<Batch> serde = format.serde(Batch.class);
        AtomicReference<@Nullable Carried> newest = new AtomicReference<>();
        for (TopicReader.Range range : reader.ranges(topics.batches().name(), since, until.plus(SKEW), source)) {
            reader.readBackwards(
                    range,
                    SLICE,
                    entry -> {
                        try {
                            Batch batch = serde.decode(entry.value());
                            if (batch.getSource().equals(source)) {
                                Carried.in(batch, entry.partition(), entry.offset(), path)
                                        .ifPresent(newest::set);
                            }
                        } catch (UndecodableRecordException e) {
                            // Every replica has a dead letter of it, and makes the source equal as a whole.
                        }
                    },
                    () -> newest.get() != null);
        }
        return newest.get();
    }

    /** The results that may be of a batch: those after it. */
    private List<Result> results(TopicReader reader, Carried carried, Instant until) {
        RecordSerde<Result> serde = format.serde(Result.class);
        List<Result> results = new ArrayList<>();
        Instant from = carried.batch().getCreatedAt().minus(SKEW);
        for (TopicReader.Range range : reader.ranges(topics.results().name(), from, until.plus(SKEW), null)) {
            reader.read(range, entry -> {
                // Without one that cannot be read a time is not known, and the position still is.
                Result result = Formats.known(serde, entry.value());
                if (result != null && Verdicts.covers(result, carried)) {
                    results.add(result);
                }
            });
        }
        return results;
    }
}
