package io.weir.cli;

import io.weir.agent.AgentSettings;
import io.weir.agent.SourceSettings;
import io.weir.cli.embedded.LayoutFile;
import io.weir.service.KafkaSettings;
import io.weir.service.SettingsFile;
import java.nio.file.Path;
import java.util.List;

/** Roots and excludes of sources, as far as what a command was given tells them: an agent's settings, or the last {@code weir up}. */
final class KnownSources {
    private KnownSources() {}

    /** The sources; none when the options name neither. */
    static List<SourceSettings> of(KafkaOptions options) {
        return options.config()
                .map(KnownSources::ofFile)
                .orElseGet(() -> options.data().map(LayoutFile::sources).orElse(List.of()));
    }

    private static List<SourceSettings> ofFile(Path file) {
        return SettingsFile.read(file, root -> {
            Sections.ignoreBut(root, List.of("agent"));
            KafkaSettings.read(root);
            return root.holds("agent")
                    ? AgentSettings.read(root.section("agent")).sources()
                    : List.of();
        });
    }
}
