package io.weir.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.weir.e2e.Records.Placed;
import io.weir.e2e.TreeSnapshot.Node;
import io.weir.posix.Kind;
import io.weir.schemas.BatchPath;
import io.weir.schemas.DeadLetter;
import io.weir.schemas.FileType;
import io.weir.schemas.RelPath;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The oracle of the offsets. Looked at while the source is at rest, every change is in the topic of batches, and the applier is dead. Valid: every
 * path of a batch that the group's offset and the position file have passed is equal, a dead letter, or in a later batch too. Invalid: any
 * other one, since nothing would ever bring it.
 */
final class OffsetNeverPassesUnapplied {
    private static final String OFFSET = "offset.";

    private OffsetNeverPassesUnapplied() {}

    /** Looks once at a replica (1 or 2); returns how many paths were held against the source. */
    static int check(Stages stages, int replica) throws IOException, InterruptedException {
        Path root = stages.replicas().get(replica - 1);
        String name = "replica-" + replica;
        // A start uses the older of the two, but neither alone may pass what is not applied.
        Map<Integer, Long> passed = positions(root);
        stages.records().committed(name).forEach((partition, offset) -> passed.merge(partition, offset, Math::max));
        assertThat(passed.values()).as("offsets that moved").anyMatch(offset -> offset > 0);

        List<RelPath> applied = new ArrayList<>();
        Set<RelPath> later = new HashSet<>();
        Set<RelPath> laterTrees = new HashSet<>();
        Set<RelPath> laterAncestors = new HashSet<>();
        for (Placed each : stages.records().placedBatches()) {
            boolean isPassed = each.offset() < passed.getOrDefault(each.partition(), 0L);
            for (BatchPath path : each.batch().getPaths()) {
                RelPath at = RelPath.of(path.getPath());
                if (isPassed) {
                    applied.add(at);
                } else {
                    later.add(at);
                    if (path.getRecursive() || path.getObserved().getType() != FileType.DIRECTORY) {
                        laterTrees.add(at);
                    }
                    laterAncestors.addAll(at.ancestors());
                }
            }
        }
        for (DeadLetter letter : stages.records().deadLetters()) {
            if (letter.getReplica().equals(name)) {
                later.add(RelPath.of(letter.getPath()));
            }
        }
        TreeSnapshot source = TreeSnapshot.of(stages.source());
        TreeSnapshot copy = TreeSnapshot.of(root);
        List<String> wrong = new ArrayList<>();
        int compared = 0;
        for (RelPath path : new HashSet<>(applied)) {
            boolean comesAgain = later.contains(path)
                    || laterAncestors.contains(path)
                    || path.ancestors().stream().anyMatch(laterTrees::contains);
            if (!comesAgain && !path.isRoot()) {
                compared++;
                Node wanted = source.nodes().get(path);
                Node found = copy.nodes().get(path);
                if (!same(wanted, found)) {
                    wrong.add("'" + path + "' is " + found + " instead of " + wanted);
                }
            }
        }
        System.out.println("offsets of " + name + ": " + applied.size() + " paths passed, " + compared
                + " of them in no later batch, " + later.size() + " still to come");
        assertThat(wrong).as("paths that the offset of %s passed", name).isEmpty();
        return compared;
    }

    /** A name of several may be brought by a later batch through one of the others. */
    private static boolean same(@Nullable Node wanted, @Nullable Node found) {
        if (wanted == null || found == null) {
            return wanted == null && found == null;
        }
        return wanted.kind() == found.kind()
                && (wanted.kind() == Kind.DIRECTORY
                        || wanted.linkedWith() != null
                        || found.linkedWith() != null
                        || wanted.content().equals(found.content()));
    }

    private static Map<Integer, Long> positions(Path replica) throws IOException {
        Map<Integer, Long> found = new HashMap<>();
        for (String line : Files.readAllLines(replica.resolve(".weir/position"))) {
            if (line.startsWith(OFFSET)) {
                String[] parts = line.substring(OFFSET.length()).split("=", 2);
                found.put(Integer.valueOf(parts[0]), Long.valueOf(parts[1]));
            }
        }
        return found;
    }
}
