package io.weir.cli.docs;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.agent.AgentSettings;
import io.weir.aggregator.AggregatorSettings;
import io.weir.applier.ApplierSettings;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** The settings files that the README shows are ones that the stages take. */
final class ReadmePageTest {
    /** Relative to the module, where the tests run. */
    private static final Path README = Path.of("../README.md");

    private static final Pattern FILE = Pattern.compile("```yaml\n(.*?)```", Pattern.DOTALL);

    @Test
    void theFilesOfSeparateMachinesLoad() throws IOException {
        List<String> stages = new ArrayList<>();
        Matcher matcher = FILE.matcher(Files.readString(README));
        while (matcher.find()) {
            stages.add(SettingsFile.parse("README.md", matcher.group(1), name -> null, root -> {
                if (root.holds("applier")) {
                    return ApplierSettings.read(root).replica();
                }
                KafkaSettings.read(root);
                if (root.holds("agent")) {
                    return AgentSettings.read(root.section("agent"))
                            .sources()
                            .get(0)
                            .name();
                }
                return AggregatorSettings.read(root.section("aggregator"))
                        .stateDirectory()
                        .toString();
            }));
        }

        assertThat(stages).containsExactly("data", "/var/lib/weir/aggregator", "backup1");
    }
}
