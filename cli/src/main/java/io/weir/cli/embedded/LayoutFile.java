package io.weir.cli.embedded;

import io.weir.agent.SourceSettings;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.io.Reader;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.BiFunction;

/** What an all-in-one works on, noted in its data directory for commands that ask about it later. */
public final class LayoutFile {
    private static final String NAME = "layout.properties";
    private static final String REPLICA = "replica.";
    private static final String EXCLUDE = "exclude.";

    private LayoutFile() {}

    /** Notes the layout, and the excludes of its source. */
    static void write(Layout layout, List<String> excludes) {
        Properties properties = new Properties();
        properties.setProperty("name", layout.name());
        properties.setProperty("source", layout.source().toString());
        // Names have no spaces; properties have no order.
        properties.setProperty("replicas", String.join(" ", layout.replicas().keySet()));
        layout.replicas().forEach((name, root) -> properties.setProperty(REPLICA + name, root.toString()));
        for (int i = 0; i < excludes.size(); i++) {
            properties.setProperty(EXCLUDE + i, excludes.get(i));
        }
        Path file = layout.data().resolve(NAME);
        try {
            StringWriter text = new StringWriter();
            properties.store(
                    text, "Written at every start, for other commands such as `weir doctor`: changes are lost.");
            DurableFile.replace(file, text.toString().getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new WeirException(
                    ExitCode.FAILURE, "write " + file + ": " + e + "; make it writable, or give another --data DIR", e);
        }
    }

    /**
     * What the last start with this data directory worked on; empty when there was none, or none that noted it.
     *
     * @throws WeirException (FAILURE) when it cannot be read
     */
    public static Optional<Layout> read(Path data) {
        return read(data, LayoutFile::layout);
    }

    /**
     * Its source, with the excludes that it had; none when there was no start, or none that noted it.
     *
     * @throws WeirException (FAILURE) when it cannot be read
     */
    public static List<SourceSettings> sources(Path data) {
        return read(
                        data,
                        (directory, properties) -> layout(directory, properties)
                                .map(layout ->
                                        new SourceSettings(layout.name(), layout.source(), excludes(properties))))
                .map(List::of)
                .orElse(List.of());
    }

    private static List<String> excludes(Properties properties) {
        List<String> excludes = new ArrayList<>();
        for (String each = properties.getProperty(EXCLUDE + 0);
                each != null;
                each = properties.getProperty(EXCLUDE + excludes.size())) {
            excludes.add(each);
        }
        return excludes;
    }

    private static Optional<Layout> layout(Path data, Properties properties) {
        Map<String, Path> replicas = new LinkedHashMap<>();
        for (String each : properties.getProperty("replicas", "").split(" ", -1)) {
            String root = properties.getProperty(REPLICA + each);
            if (root != null) {
                replicas.put(each, Path.of(root));
            }
        }
        String name = properties.getProperty("name", "");
        String source = properties.getProperty("source", "");
        return name.isEmpty() || source.isEmpty()
                ? Optional.empty()
                : Optional.of(new Layout(name, Path.of(source), replicas, data));
    }

    private static <T> Optional<T> read(Path data, BiFunction<Path, Properties, Optional<T>> reader) {
        Path file = data.resolve(NAME);
        Properties properties = new Properties();
        try (Reader in = Files.newBufferedReader(file)) {
            properties.load(in);
            return reader.apply(data.toRealPath(), properties);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            throw new WeirException(
                    ExitCode.FAILURE,
                    "read " + file + ": " + e
                            + "; make it readable, or remove it: the next start of `weir up` writes it anew",
                    e);
        }
    }
}
