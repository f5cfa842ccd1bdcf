package io.weir.cli;

import io.weir.service.SettingsNode;
import java.util.Collection;
import java.util.List;

/** The sections of a settings file, which may hold those of several processes. */
final class Sections {
    private static final List<String> OF_ONE_PROCESS =
            List.of("agent", "aggregator", "applier", "server", "console", "health");

    private Sections() {}

    /** Declares all but these, which are read here, to be another process's. */
    static void ignoreBut(SettingsNode root, Collection<String> read) {
        OF_ONE_PROCESS.stream().filter(name -> !read.contains(name)).forEach(root::ignore);
    }

    /** Whether a key is in the section of a process that does not read it. */
    static boolean isOfOtherProcess(String key, Collection<String> read) {
        return OF_ONE_PROCESS.stream()
                .anyMatch(name -> !read.contains(name) && (key.equals(name) || key.startsWith(name + ".")));
    }

    /** Whether a file with these keys has a section. */
    static boolean has(Collection<String> keys, String section) {
        return keys.stream().anyMatch(key -> key.equals(section) || key.startsWith(section + "."));
    }
}
