package io.weir.console;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import io.javalin.Javalin;
import io.weir.schemas.WireFormat;
import io.weir.service.FaultLatch;
import io.weir.service.HealthRegistry;
import io.weir.service.KafkaSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The API is as its description says. */
class OpenApiTest {
    private final JsonNode api = read();

    private static JsonNode read() {
        try (InputStream text = Console.class.getResourceAsStream("/io/weir/console/web/openapi.yaml")) {
            return new ObjectMapper(new YAMLFactory()).readTree(text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Set<String> names(JsonNode object) {
        Set<String> names = new TreeSet<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new TreeSet<>();
        array.forEach(each -> texts.add(each.asText()));
        return texts;
    }

    private static Set<String> words(Enum<?>[] constants) {
        Set<String> words = new TreeSet<>();
        Arrays.stream(constants).forEach(each -> words.add(each.name().toLowerCase(Locale.ROOT)));
        return words;
    }

    @Test
    void itDescribesTheRoutesThatThereAre() {
        Set<String> there = new TreeSet<>();
        Javalin server = Javalin.create(config -> config.events.handlerAdded(
                route -> there.add(route.getHttpMethod().name().toLowerCase(Locale.ROOT) + " " + route.getPath())));
        console().addRoutes(server);

        Set<String> described = new TreeSet<>();
        api.path("paths")
                .properties()
                .forEach(path -> names(path.getValue()).forEach(method -> described.add(method + " " + path.getKey())));
        assertThat(described).isEqualTo(there).isNotEmpty();
    }

    @Test
    void itDescribesTheActionsThatThereAre() {
        Set<String> actions = new TreeSet<>();
        Arrays.stream(Order.Action.values()).forEach(each -> actions.add(each.word()));

        assertThat(texts(api.at("/components/schemas/Action/enum"))).isEqualTo(actions);
        assertThat(texts(api.at("/components/schemas/Run/properties/state/enum")))
                .isEqualTo(words(Run.State.values()));
    }

    @Test
    void itDescribesTheFieldsThatAreTold() throws IOException {
        Order order = new Order(Order.Action.VERIFY, "one", "data", List.of(), List.of(), Map.of());
        Run run = new Run("a", order, Instant.EPOCH, Instant.EPOCH, null, null);
        TailEntry entry = TailEntry.unreadable("here", "why", Instant.EPOCH);
        String series = new Board().series(Instant.EPOCH, 1);

        assertDescribed("Run", Json.object(json -> run.write(json, "", Instant.EPOCH)));
        assertDescribed("TailEntry", Json.object(json -> TailEntry.write(json, entry)));
        assertDescribed("Series", series);
    }

    private void assertDescribed(String schema, String told) throws IOException {
        Set<String> described = names(api.at("/components/schemas/" + schema + "/properties"));
        described.remove("details");
        assertThat(described).as(schema).isEqualTo(names(new ObjectMapper().readTree(told)));
    }

    @Test
    void whatItRefersToIsThere() {
        List<String> missing = new ArrayList<>();
        collect(api, missing);
        assertThat(missing).isEmpty();
    }

    private void collect(JsonNode node, List<String> missing) {
        JsonNode reference = node.get("$ref");
        if (reference != null && api.at(reference.asText().substring(1)).isMissingNode()) {
            missing.add(reference.asText());
        }
        node.forEach(each -> collect(each, missing));
    }

    private static Console console() {
        return new Console(
                ConsoleSettings.onLoopback(0, Optional.empty()),
                KafkaSettings.of("127.0.0.1:1", "weir"),
                WireFormat.builtIn(),
                new NoAnswers(),
                new HealthRegistry(),
                new FaultLatch());
    }
}
