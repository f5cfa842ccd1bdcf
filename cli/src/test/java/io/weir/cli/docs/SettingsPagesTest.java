package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.ApplierSettings;
import io.weir.applier.HookSettings;
import io.weir.applier.ReplicaSettings;
import io.weir.cli.HealthSettings;
import io.weir.cli.server.ServerSettings;
import io.weir.console.ConsoleSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.RegistrySettings;
import io.weir.service.SettingsDoc;
import io.weir.service.SettingsDoc.Section;
import io.weir.service.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The reference, the sample file and those of each stage. {@code -Dweir.docs.write=true} renews all. */
final class SettingsPagesTest {
    /** Relative to the module, where the tests run. */
    private static final Path REFERENCE = Path.of("../docs/settings.md");

    private static final Path SAMPLES = Path.of("../deploy/config");

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

    private static final String TAIL = """

            ## Patterns

            `exclude`, `filters` and `temp.names` are lists of patterns over paths, compared byte by byte:

            | pattern | matches |
            |---|---|
            | `*.o`, `core`, `tmp?` | a name anywhere in the tree: `*` is any bytes but `/`, `?` one of them, `[a-z]` and `[!0-9]` one of a set or not of it |
            | `/build`, `src/*.o` | with a `/` in front or inside: the whole path from the root of the source |
            | `**/cache`, `a/**/b` | `**` is any bytes, with `/` too; `**/` also stands for no directory at all |
            | `cache/` | what is below a directory `cache`, and not the directory |
            | `!*.keep` | takes back what patterns before it matched: the last one that speaks about a path decides |
            | `\\*`, `\\xff` | `\\` takes the next character as it is; `\\xNN` is a byte, as Weir prints it |

            What lies below a matching directory matches too, and cannot be taken back, as nothing is looked at there: write
            `dir/*` and `!dir/keep`. The root itself never matches.

            ## Options of rsync

            `rsync` of an applier's source is a map of:

            | option | value | meaning |
            |---|---|---|
            | `bwlimit` | size with its unit; `0` is none | bytes per second of each pull; `applier.max.processes` pulls may run at a time |
            | `compress` | `true`, `false` | compresses what is sent |
            | `whole-file` | `true`, `false` | sends files whole instead of what differs |
            | `checksum` | `true`, `false` | compares contents where size and time are equal |
            | `in-place-above` | size with its unit | larger files are changed in place, so that they need no room twice and are incomplete meanwhile |
            | `chmod` | such as `D755,F644` | modes at the replica |
            | `chown` | `user`, `user:group`, `:group` | one owner for all |
            | `usermap`, `groupmap` | `from:to`, separated by commas | owners at the replica; not with `chown` |
            | `timeout` | time, one second or more | a pull that sends nothing for so long is ended and tried again |
            | `nice` | 0 to 19 | priority of rsync's processes |
            | `ionice` | `idle`, `best-effort` | priority of their reads and writes |

            ## An example

            A backup host that takes two file servers, of one of them only some directories, slowly at first:

            ```yaml
            kafka.bootstrap.servers: kafka1:9092
            applier:
              replica: backup1
              sources:
                - name: data
                  root: /backup/data
                  url: rsync://weir@files1:8730/data/
                  secrets.file: /etc/weir/files1.secret
                  filters: ['*.iso', '/scratch/*', '!/scratch/keep']
                - name: home
                  root: /backup/home
                  url: rsync://weir@files2:8730/home/
                  secrets.file: /etc/weir/files2.secret
                  paths: [projects/alpha, www]
                  baseline.bwlimit: 20 MiB
                  rsync: {bwlimit: 50 MiB, nice: 10}
            ```
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
                    "Directory trees to watch. What a pattern means is at the end of docs/settings.md.",
                    SourceSettings.SETTINGS),
            Section.of("Aggregator", "aggregator.", "Runs anywhere near Kafka.", AggregatorSettings.SETTINGS),
            Section.of(
                    "Server",
                    "server.",
                    "Broker and aggregator of a site without a Kafka of its own: `weir server`, see [small-site.md](small-site.md)."
                            + " It reads `server.yaml` in its directory, which has the sections aggregator, health, schema registry"
                            + " and the raw settings of Kafka's clients too.",
                    ServerSettings.SETTINGS),
            Section.of(
                    "Console",
                    "console.",
                    "The web page of `weir console`, which runs anywhere near Kafka, and of `weir server`, where any of these keys switches it on. The one of `weir up` needs no settings.",
                    ConsoleSettings.SETTINGS),
            Section.of("Applier", "applier.", "Runs on a backup host: one replica.", ApplierSettings.SETTINGS),
            new Section(
                    "Sources of the applier",
                    "applier.sources.",
                    true,
                    "What the replica is a copy of. What patterns and the options of rsync mean is at the end of docs/settings.md,"
                            + " with an example. A source may also have a list `hooks`, of what is called after changes: see"
                            + " docs/hooks.md.",
                    ReplicaSettings.SETTINGS));

    /** Lists in lists, which the samples have no place for. */
    private static final List<Section> INNER = List.of(new Section(
            "Hooks of a source of the applier",
            "applier.sources[].hooks.",
            true,
            "What is called after changes of a replica: see [hooks.md](hooks.md).",
            HookSettings.SETTINGS));

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
        List<Section> all = new ArrayList<>(SECTIONS);
        all.addAll(INNER);
        return SettingsDoc.markdown(HEAD, all) + TAIL;
    }

    /** A sample with every key of these stages, all of them or one. */
    private record Sample(String file, String head, List<String> stages) {
        String text() {
            String keys = "\n\nKeys that are commented out have the value shown."
                    + (stages.size() > 1 ? " Remove the sections of stages that do not run here." : "");
            List<Section> sections =
                    SECTIONS.stream().filter(each -> isOf(each.prefix())).toList();
            return SettingsDoc.sample(head + keys, sections, SettingsPagesTest::example);
        }

        private boolean isOf(String prefix) {
            String stage = prefix.replaceFirst("\\..*", "");
            return !WHOLE.stages().contains(stage) || stages.contains(stage);
        }
    }

    private static final List<String> STAGES = List.of("agent", "aggregator", "applier", "console");

    private static final Sample WHOLE = new Sample(
            "weir.yaml",
            "Settings of Weir: a sample with every key. Generated; docs/settings.md has the same as a table.",
            List.of("agent", "aggregator", "applier", "console", "server"));

    private static List<Sample> samples() {
        List<Sample> samples = new ArrayList<>(List.of(WHOLE));
        for (String stage : STAGES) {
            samples.add(new Sample(
                    stage + ".yaml",
                    "Settings of a Weir " + stage + ", every key of it. See docs/settings.md.",
                    List.of(stage)));
        }
        return samples;
    }

    private static void load(Sample sample, String yaml) {
        SettingsFile.parse(sample.file(), yaml, name -> null, root -> {
            KafkaSettings.read(root);
            HealthSettings.read(root.section("health"));
            for (String stage : sample.stages()) {
                switch (stage) {
                    case "agent" ->
                        assertThat(AgentSettings.read(root.section("agent")).sources())
                                .extracting(SourceSettings::name)
                                .containsExactly("data");
                    case "applier" ->
                        assertThat(ApplierSettings.read(root).replica()).isEqualTo("backup1");
                    case "console" ->
                        assertThat(ConsoleSettings.read(root.section("console")).token())
                                .isEmpty();
                    case "server" -> ServerSettings.SETTINGS.forEach(root.section("server")::get);
                    default ->
                        assertThat(AggregatorSettings.read(root.section("aggregator"))
                                        .stateDirectory())
                                .hasToString("/var/lib/weir/aggregator");
                }
            }
            return root;
        });
    }

    @Test
    void theExampleCanBeRead() {
        String yaml = TAIL.substring(TAIL.indexOf("```yaml") + "```yaml".length(), TAIL.lastIndexOf("```"));
        SettingsFile.parse("example", yaml, name -> null, root -> {
            assertThat(ApplierSettings.read(root).sources())
                    .extracting(ReplicaSettings::source)
                    .containsExactly("data", "home");
            return root;
        });
    }

    @Test
    void thePagesAreUpToDate() throws IOException {
        if (Boolean.getBoolean("weir.docs.write")) {
            Files.writeString(REFERENCE, reference());
            Files.createDirectories(SAMPLES);
            for (Sample sample : samples()) {
                Files.writeString(SAMPLES.resolve(sample.file()), sample.text());
            }
        }
        assertThat(REFERENCE)
                .as("renew it with -Dweir.docs.write=true")
                .content()
                .isEqualTo(reference());
        for (Sample sample : samples()) {
            assertThat(SAMPLES.resolve(sample.file()))
                    .as("renew it with -Dweir.docs.write=true")
                    .content()
                    .isEqualTo(sample.text());
        }
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theSampleLoads(Sample sample) {
        load(sample, sample.text());
    }

    @ParameterizedTest
    @MethodSource("samples")
    void theSampleLoadsWithEveryKeyGiven(Sample sample) {
        // Comments of words begin with "# ", those of keys without the space.
        load(sample, sample.text().replaceAll("(?m)^( *)#([a-z][a-z.-]*: )", "$1$2"));
    }
}
