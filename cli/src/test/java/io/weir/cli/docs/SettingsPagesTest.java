package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.ApplierSettings;
import io.weir.applier.ReplicaSettings;
import io.weir.cli.HealthSettings;
import io.weir.cli.server.ServerSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.SettingsDoc;
import io.weir.service.SettingsDoc.Section;
import io.weir.service.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The reference and the sample file. {@code -Dweir.docs.write=true} renews both. */
final class SettingsPagesTest {
    /** Relative to the module, where the tests run. */
    private static final Path REFERENCE = Path.of("../docs/settings.md");

    private static final Path SAMPLE = Path.of("../deploy/config/weir.yaml");

    private static final String HEAD = """
            <!-- Generated; `mvn -pl cli -am test -Dtest=SettingsPagesTest -Dsurefire.failIfNoSpecifiedTests=false \\
                 -Dweir.docs.write=true` renews it. -->
            # Settings

            One YAML file, given with `--config`. It may hold the sections of all stages; each stage reads its own and those of
            Kafka and health. Nested and dotted keys mean the same: `window.quiet` is `quiet` below `window`.

            Times need a unit (`us`, `ms`, `s`, `min`, `h`, `d`), sizes too (`B`, `KiB`, `MiB`, `GiB`, `TiB`). `${env:NAME}` and
            `${file:/path}` inside a value are replaced by an environment variable and by the content of a file; `$${` is a plain
            `${`. Unknown keys, duplicates and wrong values stop the start, with exit code 3 and all problems listed.
            """;

    private static final List<Section> SECTIONS = List.of(
            Section.of(
                    "Kafka",
                    "",
                    "Read by every stage. Everything else below `kafka` goes to Kafka's clients as it is.",
                    KafkaSettings.SETTINGS),
            Section.of(
                    "Schema registry",
                    "",
                    "Read by every stage. When a running deployment is switched to a registry, readers come first: appliers,"
                            + " then aggregators, then agents.",
                    RegistrySettings.SETTINGS),
            Section.of("Health and metrics", "health.", "Read by every stage.", HealthSettings.SETTINGS),
            Section.of("Agent", "agent.", "Runs on the file server.", AgentSettings.SETTINGS),
            new Section(
                    "Sources of the agent",
                    "agent.sources.",
                    true,
                    "Directory trees to watch.",
                    SourceSettings.SETTINGS),
            Section.of("Aggregator", "aggregator.", "Runs anywhere near Kafka.", AggregatorSettings.SETTINGS),
            Section.of(
                    "Server",
                    "server.",
                    "Broker and aggregator of a site without a Kafka of its own: `weir server`, see [small-site.md](small-site.md)."
                            + " It reads `server.yaml` in its directory, which has the sections aggregator, health, schema registry"
                            + " and the raw settings of Kafka's clients too.",
                    ServerSettings.SETTINGS),
            Section.of("Applier", "applier.", "Runs on a backup host: one replica.", ApplierSettings.SETTINGS),
            new Section(
                    "Sources of the applier",
                    "applier.sources.",
                    true,
                    "What the replica is a copy of.",
                    ReplicaSettings.SETTINGS));

    private static final Map<String, String> EXAMPLES = Map.of(
            "kafka.bootstrap.servers", "localhost:9092",
            "server.host", "server1.example",
            "agent.sources[].name", "data",
            "agent.sources[].root", "/srv/data",
            "applier.replica", "backup1",
            "applier.sources[].name", "data",
            "applier.sources[].root", "/srv/replica/data",
            "applier.sources[].url", "rsync://weir@localhost:8730/data/");

    private static String example(String key) {
        return EXAMPLES.getOrDefault(key, "an example is missing in SettingsPagesTest");
    }

    private static String reference() {
        return SettingsDoc.markdown(HEAD, SECTIONS);
    }

    private static String sample() {
        return SettingsDoc.sample("""
                Settings of Weir: a sample with every key. Generated; docs/settings.md has the same as a table.

                Keys that are commented out have the value shown. Remove the sections of stages that do not run here.
                """, SECTIONS, SettingsPagesTest::example);
    }

    private static void load(String yaml) {
        SettingsFile.parse("weir.yaml", yaml, name -> null, root -> {
            KafkaSettings.read(root);
            HealthSettings.read(root.section("health"));
            ServerSettings.SETTINGS.forEach(root.section("server")::get);
            AgentSettings agent = AgentSettings.read(root.section("agent"));
            assertThat(agent.sources()).extracting(SourceSettings::name).containsExactly("data");
            ApplierSettings applier = ApplierSettings.read(root);
            assertThat(applier.replica()).isEqualTo("backup1");
            return AggregatorSettings.read(root.section("aggregator"));
        });
    }

    @Test
    void thePagesAreUpToDate() throws IOException {
        if (Boolean.getBoolean("weir.docs.write")) {
            Files.writeString(REFERENCE, reference());
            Files.createDirectories(SAMPLE.getParent());
            Files.writeString(SAMPLE, sample());
        }
        assertThat(REFERENCE)
                .as("renew it with -Dweir.docs.write=true")
                .content()
                .isEqualTo(reference());
        assertThat(SAMPLE).as("renew it with -Dweir.docs.write=true").content().isEqualTo(sample());
    }

    @Test
    void theSampleLoads() {
        load(sample());
    }

    @Test
    void theSampleLoadsWithEveryKeyGiven() {
        // Comments of words begin with "# ", those of keys without the space.
        load(sample().replaceAll("(?m)^( *)#([a-z][a-z.-]*: )", "$1$2"));
    }
}
