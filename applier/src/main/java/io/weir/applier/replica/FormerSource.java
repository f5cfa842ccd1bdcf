package io.weir.applier.replica;

import io.weir.applier.position.PositionFile;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The root of a tree that was a source and becomes a replica of its successor. */
public final class FormerSource {
    private static final Logger log = LoggerFactory.getLogger(FormerSource.class);
    private static final String PREFIX = "id-";

    private final Path root;

    /** Of this directory. */
    public FormerSource(Path root) {
        this.root = root;
    }

    private Path own() {
        return root.resolve(ReplicaRoot.OWN);
    }

    /**
     * The identity that its marker tells; empty for a directory that is no source's.
     *
     * @throws WeirException CONFLICT when there are several; UNAVAILABLE when that cannot be told
     */
    public Optional<UUID> identity() {
        List<UUID> found = new ArrayList<>();
        if (!Files.isDirectory(own(), LinkOption.NOFOLLOW_LINKS)) {
            return Optional.empty();
        }
        try (DirectoryStream<Path> markers = Files.newDirectoryStream(own(), PREFIX + "*")) {
            for (Path each : markers) {
                found.add(UUID.fromString(each.getFileName().toString().substring(PREFIX.length())));
            }
        } catch (IOException | IllegalArgumentException e) {
            throw unusable(e);
        }
        if (found.size() > 1) {
            throw new WeirException(
                    ExitCode.CONFLICT,
                    "make a replica of " + root + ": it has several markers of sources, " + found
                            + "; remove those that are not its own from " + own());
        }
        return found.stream().findFirst();
    }

    /**
     * The identity of the source that it is a replica of; empty while it is none.
     *
     * @throws WeirException as {@link #identity}
     */
    public Optional<UUID> replicaOf() {
        try {
            return ReplicaRoot.marker(root);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    /**
     * Makes it a replica of the source with this identity; an applier begins with a baseline. A crash in between leaves a tree that no
     * agent serves, as its marker is a former source's to the end, and of which the same again makes a replica.
     *
     * @throws WeirException UNAVAILABLE when the disk refuses
     */
    public void becomeReplicaOf(UUID from, UUID to) {
        try {
            // A host that knew the directory as a replica before its own promotion knows it by that.
            String token = PromotedRoot.find(root)
                    .map(PromotedRoot::token)
                    .filter(text -> !text.isEmpty())
                    .orElseGet(() -> UUID.randomUUID().toString());
            Files.deleteIfExists(own().resolve(PositionFile.NAME));
            DurableFile.replace(ReplicaRoot.markerFile(root, to), (token + "\n").getBytes(StandardCharsets.US_ASCII));
            Files.deleteIfExists(PromotedRoot.file(root));
            Files.deleteIfExists(own().resolve(PREFIX + from));
            DurableFile.syncDirectory(own());
            log.info("former source is a replica: root={} from={} to={}", root, from, to);
        } catch (IOException e) {
            throw unusable(e);
        }
    }

    private WeirException unusable(Exception cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "make a replica of " + root + ": " + cause + "; check the disk and the permissions of .weir",
                cause);
    }
}
