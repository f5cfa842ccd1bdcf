package io.weir.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class SettingTest {
    private enum Policy {
        NEVER,
        AFTER_CHECK
    }

    @Test
    void quantitiesAreReadAsWritten() {
        assertThat(Units.duration("20 ms")).isEqualTo(Duration.ofMillis(20));
        assertThat(Units.duration("10min")).isEqualTo(Duration.ofMinutes(10));
        assertThat(Units.duration("0")).isZero();
        assertThat(Units.size("512 KiB")).isEqualTo(524_288);
        assertThat(Units.share("50 %")).isEqualTo(0.5);
        assertThat(Units.share("0.25")).isEqualTo(0.25);
        for (String wrong :
                List.of("", "20", "-1 s", "1.5 s", "1 year", "99999999999999999999 s", "9223372036854775807 d")) {
            assertThatThrownBy(() -> Units.duration(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        for (String wrong : List.of("20", "1 KB", "9999999999 TiB")) {
            assertThatThrownBy(() -> Units.size(wrong)).as(wrong).isInstanceOf(IllegalArgumentException.class);
        }
        assertThatThrownBy(() -> Units.share("101 %")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whatIsWrittenIsReadBackTheSame() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 1000; i++) {
            Duration time = Duration.ofMillis(random.nextInt(100_000_000) / (1 + random.nextInt(1000)));
            assertThat(Units.duration(Units.format(time))).as("seed %d", seed).isEqualTo(time);
            long size = (long) random.nextInt(1 << 20) << random.nextInt(20);
            assertThat(Units.size(Units.formatSize(size))).as("seed %d", seed).isEqualTo(size);
        }
    }

    @Test
    void choicesAndPathsAreChecked() {
        Setting<Policy> policy = Setting.choice("delete", Policy.NEVER, "When to delete.");
        assertThat(SettingsNode.of(Map.of("delete", "after-check")).get(policy)).isEqualTo(Policy.AFTER_CHECK);
        assertThat(policy.type()).isEqualTo("one of never, after-check");
        SettingsNode wrong = SettingsNode.of(Map.of("delete", "sometimes", "root", "a/b"));
        assertThat(wrong.get(policy)).isEqualTo(Policy.NEVER);
        assertThat(wrong.get(Setting.path("root", Path.of("/x"), "Root."))).isEqualTo(Path.of("/x"));
        assertThat(wrong.problems().lines())
                .containsExactlyInAnyOrder(
                        "settings: delete: 'sometimes': must be one of never, after-check",
                        "settings: root: 'a/b': must be an absolute path, beginning with /");
    }

    @Test
    void theReferenceAndTheSampleShowEverySetting() {
        List<Setting<?>> settings = List.of(
                Setting.requiredText("name", "Its name."),
                Setting.duration("window.quiet", Duration.ofMillis(20), "Pause that ends a window | not more."),
                Setting.list("exclude", List.of("*.tmp", "a\"b"), "Left out."),
                Setting.optionalText("user", "Who."));
        List<SettingsDoc.Section> sections =
                List.of(new SettingsDoc.Section("Sources", "sources.", true, "What is watched.", settings));
        assertThat(SettingsDoc.markdown("# Settings", sections))
                .contains(
                        "## Sources",
                        "| `sources[].name` | text; must not be empty | **required** | Its name. |",
                        "| `sources[].window.quiet` | time | `20 ms` | Pause that ends a window \\| not more. |",
                        "| `sources[].user` | text | none | Who. |");
        String sample = SettingsDoc.sample("A sample.", sections, key -> "data");
        String allGiven = sample.replace("#exclude", "exclude").replace("#window", "window");
        for (String yaml : List.of(sample, allGiven)) {
            List<List<String>> read = SettingsFile.parse(
                    "sample",
                    yaml,
                    name -> null,
                    root -> root.sections("sources").stream()
                            .map(each -> {
                                settings.forEach(each::get);
                                @SuppressWarnings("unchecked")
                                Setting<List<String>> exclude = (Setting<List<String>>) settings.get(2);
                                return each.get(exclude);
                            })
                            .toList());
            assertThat(read).as(yaml).containsExactly(List.of("*.tmp", "a\"b"));
        }
    }
}
