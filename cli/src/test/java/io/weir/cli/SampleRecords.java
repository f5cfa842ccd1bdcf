package io.weir.cli;

import io.weir.schemas.Batch;
import io.weir.schemas.BatchPath;
import io.weir.schemas.Change;
import io.weir.schemas.ChangeKind;
import io.weir.schemas.ComponentState;
import io.weir.schemas.FileType;
import io.weir.schemas.Observed;
import io.weir.schemas.RelPath;
import io.weir.schemas.Result;
import io.weir.schemas.ResultKind;
import io.weir.schemas.Role;
import io.weir.schemas.Status;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Records of the source {@code data}, made by hand. */
final class SampleRecords {
    static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    private SampleRecords() {}

    /** A change of a file at so many seconds after noon. */
    static Change change(ChangeKind kind, String path, int second) {
        return change(kind, path, null, FileType.FILE, second);
    }

    static Change change(ChangeKind kind, String path, @Nullable String from, FileType type, int second) {
        Change.Builder change = Change.newBuilder();
        if (from != null) {
            change.setMovedFrom(RelPath.of(from).toField());
        }
        return change.setSource("data")
                .setEpoch(7)
                .setSequence(second + 1)
                .setKind(kind)
                .setPath(RelPath.of(path).toField())
                .setRecursive(type == FileType.DIRECTORY)
                .setObserved(Observed.newBuilder()
                        .setType(type)
                        .setSize(12)
                        .setMode(0100640)
                        .build())
                .setCapturedAt(NOON.plusSeconds(second))
                .build();
    }

    /** A batch of paths, those of which the name ends with a slash recursive; in partition 2. */
    static Batch batch(int second, String... paths) {
        return Batch.newBuilder()
                .setSource("data")
                .setSequence(42)
                .setEpoch(7)
                .setCreatedAt(NOON.plusSeconds(second))
                .setCapturedAt(NOON.plusSeconds(second))
                .setPaths(List.of(paths).stream()
                        .map(path -> BatchPath.newBuilder()
                                .setPath(RelPath.of(path.replaceAll("/$", "")).toField())
                                .setRecursive(path.endsWith("/"))
                                .setObserved(Observed.newBuilder()
                                        .setType(FileType.FILE)
                                        .build())
                                .setCapturedAt(NOON.plusSeconds(second))
                                .build())
                        .toList())
                .build();
    }

    /** What the applier of a replica says that is to apply this offset of partition 2 next. */
    static Status applier(String replica, ComponentState state, long offset) {
        return Status.newBuilder()
                .setComponent("applier/" + replica + "/data")
                .setRole(Role.APPLIER)
                .setInstance("one")
                .setSource("data")
                .setReplica(replica)
                .setState(state)
                .setPartition(2)
                .setOffset(offset)
                .setIntervalMillis(5000)
                .setAt(NOON.plusSeconds(60))
                .build();
    }

    /** What a replica did with offsets of partition 2. */
    static Result result(String replica, long from, long to, int second) {
        return Result.newBuilder()
                .setSource("data")
                .setReplica(replica)
                .setKind(ResultKind.BATCHES)
                .setPartition(2)
                .setFromOffset(from)
                .setToOffset(to)
                .setCapturedAt(NOON)
                .setStartedAt(NOON)
                .setFinishedAt(NOON.plusSeconds(second))
                .build();
    }
}
