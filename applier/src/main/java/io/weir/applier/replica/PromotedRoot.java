package io.weir.applier.replica;

import io.weir.applier.position.Position;
import io.weir.applier.position.PositionFile;
import io.weir.schemas.Desired;
import io.weir.schemas.Lineage;
import io.weir.schemas.Promotion;
import io.weir.schemas.RelPath;
import io.weir.schemas.Topics;
import io.weir.service.DurableFile;
import io.weir.service.ExitCode;
import io.weir.service.WeirException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A directory that was a replica and is the source now. {@code .weir/promoted} in it says so, and is written before anything else is
 * done: from then on no applier writes to the directory, whatever Kafka has forgotten. Immutable.
 *
 * @param root the directory
 * @param promotion whom it followed, and its identity now
 * @param token what was in its marker as a replica, by which the host knows it; empty for nothing
 * @param partition of {@code weir.batches} that its offset is of; -1 when not known
 * @param offset everything before it had been applied; -1 when not known
 * @param at when it was wanted
 * @param by who wanted it, for people
 */
public record PromotedRoot(
        Path root, Promotion promotion, String token, int partition, long offset, Instant at, String by) {
    private static final Logger log = LoggerFactory.getLogger(PromotedRoot.class);
    private static final Pattern IDENTITY = Pattern.compile("identity ([0-9a-f-]{36}) after ([0-9a-f-]{36})");

    /** Begins the reason why a replica cannot be promoted. */
    public static final String REFUSED = "not promoted: ";

    /**
     * What a directory says of it; empty for one that was not promoted.
     *
     * @throws WeirException UNAVAILABLE when that cannot be told, so that nothing may be done to it
     */
    public static Optional<PromotedRoot> find(Path root) {
        Path file = file(root);
        try {
            return Optional.of(parse(root, Files.readString(file)));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException | IllegalArgumentException e) {
            if (!isThere(root)) {
                // Whoever opens the directory meets what is in the way, and says it better.
                return Optional.empty();
            }
            throw new WeirException(
                    ExitCode.UNAVAILABLE,
                    "look whether " + root + " was promoted to be a source: " + e + "; nothing is copied to it. Make "
                            + file + " readable; `weir demote` makes a replica of a tree that is the source no more",
                    e);
        }
    }

    /** Whether a directory is, or is becoming, a source by promotion. */
    public static boolean isThere(Path root) {
        return Files.exists(file(root), LinkOption.NOFOLLOW_LINKS);
    }

    static Path file(Path root) {
        return root.resolve(ReplicaRoot.OWN).resolve("promoted");
    }

    /**
     * Makes a replica the source, under its lock and while nobody works on it. Whatever a crash leaves is finished by {@link #complete}.
     *
     * @param wanted has a promotion
     * @param source the source's name
     * @throws WeirException CONFLICT with {@link #REFUSED} when it cannot be one; UNAVAILABLE when the disk refuses
     */
    public static PromotedRoot make(ReplicaRoot replica, String source, Desired wanted) {
        UUID mine = replica.sourceId()
                .orElseThrow(() -> refused(source, replica.path() + " never was a replica of the source"));
        Promotion promotion = wanted.getPromotion();
        String from = promotion.getFrom();
        if (!from.isEmpty() && !from.equals(mine.toString())) {
            throw refused(
                    source,
                    replica.path() + " is still a replica of " + mine + ", and the source has identity " + from
                            + " since: it did not follow the last promotion");
        }
        // They become names of files, and whoever may write to Kafka chose them.
        Stream.concat(Stream.of(promotion.getTo()), promotion.getFormer().stream())
                .filter(each -> !isIdentity(each))
                .forEach(each -> {
                    throw refused(source, "'" + RelPath.display(each) + "' is no identity");
                });
        try {
            Map<Integer, Long> offsets = new PositionFile(replica.own())
                    .read()
                    .map(Position::offsets)
                    .orElse(Map.of());
            int partition = offsets.isEmpty() ? -1 : Topics.partitionOf(source, offsets.size());
            PromotedRoot made = new PromotedRoot(
                    replica.path(),
                    Promotion.newBuilder(promotion).setFrom(mine.toString()).build(),
                    replica.token().orElse(""),
                    partition,
                    offsets.getOrDefault(partition, -1L),
                    wanted.getAt(),
                    wanted.getBy());
            DurableFile.replace(file(replica.path()), made.toText().getBytes(StandardCharsets.UTF_8));
            made.complete();
            log.info("replica promoted: source={} root={} from={} to={}", source, made.root, mine, promotion.getTo());
            return made;
        } catch (IOException e) {
            throw unwritable(replica.path(), e);
        }
    }

    private static boolean isIdentity(String text) {
        try {
            return UUID.fromString(text).toString().equals(text);
        } catch (IllegalArgumentException e) {
            return false;
        }
    }

    private static WeirException refused(String source, String why) {
        return new WeirException(ExitCode.CONFLICT, REFUSED + "source " + source + ": " + why);
    }

    private static WeirException unwritable(Path root, IOException cause) {
        return new WeirException(
                ExitCode.UNAVAILABLE,
                "make a source of " + root + ": " + cause + "; check the disk and the permissions of .weir",
                cause);
    }

    /**
     * Does what is left to do after a crash; the marker of the replica goes last, and with it all is done.
     *
     * @throws WeirException UNAVAILABLE when the disk refuses
     */
    public void complete() {
        Path own = root.resolve(ReplicaRoot.OWN);
        Path replica = ReplicaRoot.markerFile(root, UUID.fromString(promotion.getFrom()));
        try {
            if (!Files.exists(replica, LinkOption.NOFOLLOW_LINKS)) {
                return;
            }
            // Also for an rsync daemon of another user; what is private in it has directories that say so.
            Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwxr-xr-x"));
            Path marker = own.resolve("id-" + promotion.getTo());
            if (!Files.exists(marker, LinkOption.NOFOLLOW_LINKS)) {
                DurableFile.replace(marker, new byte[0]);
            }
            Files.deleteIfExists(own.resolve(PositionFile.NAME));
            Files.delete(replica);
            DurableFile.syncDirectory(own);
        } catch (IOException e) {
            throw unwritable(root, e);
        }
    }

    /** What people are told, and a program that reads it with {@link #told}. */
    public String message() {
        return "is the source, promoted by " + RelPath.display(by) + " at "
                + at.truncatedTo(ChronoUnit.SECONDS) + ": its directory " + root + " has identity " + promotion.getTo()
                + " after " + promotion.getFrom() + ", and nothing is applied to it";
    }

    /** Whom a replica followed, of what its applier says in its status: the identity now, and the one before. */
    public static Optional<Promotion> told(String message) {
        Matcher matcher = IDENTITY.matcher(message);
        return matcher.find() ? Optional.of(Lineage.next(null, matcher.group(2), matcher.group(1))) : Optional.empty();
    }

    private String toText() {
        return "version=1\nfrom=" + promotion.getFrom() + "\nto=" + promotion.getTo() + "\nformer="
                + String.join(",", promotion.getFormer()) + "\ntoken=" + token + "\npartition=" + partition
                + "\noffset=" + offset + "\nat=" + at + "\nby="
                + RelPath.display(by) + "\nend\n";
    }

    private static PromotedRoot parse(Path root, String text) {
        if (!text.startsWith("version=1\n") || !text.endsWith("\nend\n")) {
            throw new IllegalArgumentException("the file is cut off, or another version's");
        }
        Map<String, String> values = new HashMap<>();
        for (String line : text.split("\n", -1)) {
            int equals = line.indexOf('=');
            if (equals > 0) {
                values.put(line.substring(0, equals), line.substring(equals + 1));
            }
        }
        String former = values.getOrDefault("former", "");
        return new PromotedRoot(
                root,
                Promotion.newBuilder()
                        .setFrom(
                                UUID.fromString(values.getOrDefault("from", "")).toString())
                        .setTo(UUID.fromString(values.getOrDefault("to", "")).toString())
                        .setFormer(former.isEmpty() ? List.of() : Arrays.asList(former.split(",", -1)))
                        .build(),
                values.getOrDefault("token", ""),
                Integer.parseInt(values.getOrDefault("partition", "-1")),
                Long.parseLong(values.getOrDefault("offset", "-1")),
                Instant.parse(values.getOrDefault("at", "1970-01-01T00:00:00Z")),
                values.getOrDefault("by", ""));
    }
}
