package io.weir.cli;

import io.weir.schemas.RelPath;
import io.weir.schemas.Status;
import io.weir.service.ExitCode;
import io.weir.service.KafkaSettings;
import io.weir.service.WeirException;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Which paths of which sources of a replica a command is about. */
final class ReplicaPaths {
    @Parameters(index = "0", paramLabel = "REPLICA", description = "The replica.")
    String replica = "";

    @Parameters(
            index = "1..*",
            paramLabel = "PATH",
            description = "Directories or files relative to the source's root (default: all of it).")
    List<String> paths = new ArrayList<>();

    @Option(
            names = "--source",
            paramLabel = "NAME",
            description = "The source; needed when the replica has several and a path is given.")
    @Nullable
    String source;

    /**
     * The same paths for each source that is meant.
     *
     * @throws WeirException USAGE when no applier has reported it, or it is not clear which source paths are of
     */
    Map<Commander.Address, List<byte[]>> byAddress(KafkaSettings kafka) {
        List<byte[]> fields = fields();
        SortedMap<String, Status> known = ReplicaSources.of(StatusCommand.read(kafka), replica, source);
        ReplicaSources.refusePromoted(known);
        Set<String> sources = known.keySet();
        if (sources.size() > 1 && !paths.isEmpty()) {
            throw new WeirException(
                    ExitCode.USAGE,
                    "replica " + replica + " has several sources, " + sources
                            + "; say which one the paths are of, with --source");
        }
        Map<Commander.Address, List<byte[]>> all = new LinkedHashMap<>();
        sources.forEach(each -> all.put(new Commander.Address(replica, each), fields));
        return all;
    }

    /** The paths as they are in records. */
    List<byte[]> fields() {
        if (paths.isEmpty()) {
            return List.of(RelPath.ROOT.bytes());
        }
        List<byte[]> fields = new ArrayList<>();
        // The bytes that were typed, as far as the JDK can give them back.
        Charset typed = Charset.forName(System.getProperty("sun.jnu.encoding", "UTF-8"));
        for (String path : paths) {
            try {
                fields.add(RelPath.of(path.getBytes(typed)).bytes());
            } catch (IllegalArgumentException e) {
                throw new WeirException(ExitCode.USAGE, Objects.toString(e.getMessage(), ""), e);
            }
        }
        return fields;
    }
}
