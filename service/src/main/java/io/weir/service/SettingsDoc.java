package io.weir.service;

import java.util.List;
import java.util.function.UnaryOperator;

/** Renders the reference of all settings, and a sample file, from their declarations. Pure. */
public final class SettingsDoc {
    private static final int WIDTH = 110;

    private SettingsDoc() {}

    /**
     * Settings that are written in one place of the file.
     *
     * @param title a heading
     * @param prefix the key of the section with its dot, or empty for the root
     * @param isList whether the section is a list, each item beginning with '-'
     * @param intro what the section is about, in sentences
     * @param settings in the order to be shown
     */
    public record Section(String title, String prefix, boolean isList, String intro, List<Setting<?>> settings) {
        /** A section that is not a list. */
        public static Section of(String title, String prefix, String intro, List<Setting<?>> settings) {
            return new Section(title, prefix, false, intro, settings);
        }
    }

    /** The reference as Markdown, beginning with the given head. */
    public static String markdown(String head, List<Section> sections) {
        StringBuilder text = new StringBuilder(head.stripTrailing()).append('\n');
        for (Section section : sections) {
            text.append("\n## ").append(section.title()).append("\n\n");
            text.append(section.intro()).append("\n\n");
            text.append("| key | type | default | meaning |\n|---|---|---|---|\n");
            for (Setting<?> setting : section.settings()) {
                text.append("| `").append(shownPrefix(section)).append(setting.key());
                text.append("` | ").append(cell(setting.type()));
                text.append(" | ").append(fallback(setting));
                text.append(" | ").append(cell(setting.doc())).append(" |\n");
            }
        }
        return text.toString();
    }

    private static String shownPrefix(Section section) {
        return section.isList() ? section.prefix().replaceFirst("\\.$", "[].") : section.prefix();
    }

    private static String fallback(Setting<?> setting) {
        if (setting.isRequired()) {
            return "**required**";
        }
        String text = setting.fallbackText();
        if (text.isEmpty() || text.equals("{}") || text.equals("[]")) {
            return "none";
        }
        return "`" + cell(text) + "`";
    }

    private static String cell(String text) {
        return text.replace("|", "\\|").replace('\n', ' ');
    }

    /**
     * A sample file in YAML with dotted keys: each key under its meaning. Required keys have the value of the example
     * function, all others are commented out with their default.
     */
    public static String sample(String head, List<Section> sections, UnaryOperator<String> examples) {
        StringBuilder text = new StringBuilder();
        head.lines()
                .forEach(line -> text.append(line.isEmpty() ? "#" : "# " + line).append('\n'));
        for (Section section : sections) {
            text.append("\n# ")
                    .append("-".repeat(8))
                    .append(' ')
                    .append(section.title())
                    .append('\n');
            comment(text, "", section.intro());
            if (section.isList()) {
                text.append(section.prefix().replaceFirst("\\.$", ":")).append('\n');
            }
            boolean first = true;
            for (Setting<?> setting : section.settings()) {
                String indent = section.isList() ? "    " : "";
                text.append('\n');
                comment(text, indent, setting.doc() + " (" + setting.type() + ")");
                String full = shownPrefix(section) + setting.key();
                if (setting.isRequired()) {
                    String lead = section.isList() ? (first ? "  - " : indent) : section.prefix();
                    text.append(lead)
                            .append(setting.key())
                            .append(": ")
                            .append(examples.apply(full))
                            .append('\n');
                    first = false;
                } else {
                    String lead = section.isList() ? indent : section.prefix();
                    text.append(lead.isBlank() ? lead + "#" : "#" + lead)
                            .append(setting.key())
                            .append(": ");
                    text.append(sampleValue(setting)).append('\n');
                }
            }
        }
        return text.toString();
    }

    private static String sampleValue(Setting<?> setting) {
        String text = setting.fallbackText();
        return switch (setting.shape()) {
            case LIST, MAP -> text;
            case SCALAR ->
                text.isEmpty() || !text.matches("[A-Za-z0-9/.][A-Za-z0-9 ./_:-]*%?") ? Setting.quoted(text) : text;
        };
    }

    private static void comment(StringBuilder text, String indent, String words) {
        StringBuilder line = new StringBuilder(indent).append('#');
        for (String word : words.split("\\s+", -1)) {
            if (line.length() + word.length() >= WIDTH) {
                text.append(line).append('\n');
                line = new StringBuilder(indent).append('#');
            }
            line.append(' ').append(word);
        }
        text.append(line).append('\n');
    }
}
