package io.weir.schemas;

import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.avro.Schema;

/** What a schema registry holds of a deployment: one subject for the values of each topic. Pure. */
public final class Subjects {
    private Subjects() {}

    /** The text of the schema that is written now, by subject, in the direction of the data. */
    public static Map<String, String> of(Topics topics) {
        Map<String, String> subjects = new LinkedHashMap<>();
        put(subjects, topics.changes(), Change.getClassSchema());
        put(subjects, topics.batches(), Batch.getClassSchema());
        put(subjects, topics.results(), Result.getClassSchema());
        put(subjects, topics.deadLetters(), DeadLetter.getClassSchema());
        put(subjects, topics.status(), Status.getClassSchema());
        put(subjects, topics.desired(), Desired.getClassSchema());
        put(subjects, topics.commands(), Command.getClassSchema());
        return subjects;
    }

    /** The subject of a topic's values, as Confluent's clients name it by default. */
    public static String subject(Topics.Topic topic) {
        return WireFormat.subject(topic.name());
    }

    private static void put(Map<String, String> subjects, Topics.Topic topic, Schema schema) {
        subjects.put(subject(topic), SchemaHistory.text(schema));
    }
}
