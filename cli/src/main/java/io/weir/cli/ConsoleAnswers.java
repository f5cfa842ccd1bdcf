package io.weir.cli;

import io.weir.agent.SourceSettings;
import io.weir.console.Answers;
import io.weir.console.Order;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.DeadLetterKey;
import io.weir.schemas.Result;
import io.weir.schemas.Status;
import io.weir.service.KafkaSettings;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/** Answers the console as the command line answers. Thread-safe. */
final class ConsoleAnswers implements Answers {
    /** So many of the newest are as many as a person looks through on a page. */
    private static final int CHANGES = 200;

    private final KafkaSettings kafka;
    private final List<SourceSettings> known;
    private final ConsoleOrders orders;

    /**
     * Answers about a deployment.
     *
     * @param known the sources whose settings are at hand: of these absolute paths and excludes can be told
     */
    ConsoleAnswers(KafkaSettings kafka, List<SourceSettings> known) {
        this.kafka = kafka;
        this.known = List.copyOf(known);
        this.orders = new ConsoleOrders(kafka, this.known);
    }

    @Override
    public String status(List<Status> components) {
        return new StatusView(Instant.now(), components).json(components);
    }

    @Override
    public String deadLetters(Map<DeadLetterKey, DeadLetter> letters) {
        return new LetterView(Instant.now())
                .json(letters.entrySet().stream()
                        .map(each -> new Letter(each.getKey(), each.getValue()))
                        .toList());
    }

    @Override
    public String explain(String source, String path, String since) {
        TypedPath typed = TypedPath.of(path, known);
        List<Status> components = StatusCommand.read(kafka);
        Instant now = Instant.now();
        StatusView view = new StatusView(now, components);
        Explanation explanation = new Explainer(kafka, components, view)
                .explain(chosen(typed, source), typed.path(), begin(since, now), now, known);
        return new ExplainView(view).json(explanation);
    }

    @Override
    public String history(String source, String path, String since) {
        TypedPath typed = TypedPath.of(path, known);
        Instant now = Instant.now();
        ChangeSearch.Question question = new ChangeSearch.Question(
                chosen(typed, source), typed.path(), new Trail.Reach(true, true), begin(since, now), now, CHANGES);
        try (TopicReader reader = new TopicReader(kafka)) {
            return Json.object(new ChangeSearch(kafka, question).find(reader), (json, found) -> {
                Json.field(json, "changes", found.changes(), HistoryView::write);
                json.writeBooleanField("hasMore", found.hasMore());
                json.writeBooleanField("isCut", found.isCut());
                json.writeNumberField("unreadable", found.unreadable());
            });
        }
    }

    private static String chosen(TypedPath typed, String source) {
        String named = typed.source();
        return named == null ? source : named;
    }

    private static Instant begin(String since, Instant now) {
        return since.isBlank() ? now.minus(HistoryCommand.DAY) : ConsoleOrders.moment(since);
    }

    @Override
    public Prepared prepare(Order order, List<Status> components) {
        return orders.prepare(order, components);
    }

    @Override
    public String details(Result answer) {
        return Json.object(answer, (json, each) -> {
            if (each.getVerification() != null) {
                json.writeObjectFieldStart("verification");
                VerifyView.write(json, each.getVerification());
                json.writeEndObject();
            }
            if (each.getDryRun() != null) {
                json.writeObjectFieldStart("dryRun");
                DryRunView.write(json, each.getDryRun());
                json.writeEndObject();
            }
        });
    }
}
