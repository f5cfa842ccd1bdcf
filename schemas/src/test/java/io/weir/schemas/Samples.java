package io.weir.schemas;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.apache.avro.specific.SpecificRecord;

/** One record of each kind, with every field set and hostile paths; the golden samples hold exactly these. */
final class Samples {
    /** Newline, invalid UTF-8, a leading dash, globs, a backslash, an escape sequence. */
    static final byte[] HOSTILE = bytes(
            "-rf\n*/", new byte[] {(byte) 0xFF, (byte) 0xC3, 0x1B, '[', '\\', '?', ' '}, "/$(touch x)/\u202e\u00fc");

    static final Instant AT = Instant.parse("2026-11-23T10:11:12.123456Z");

    private Samples() {}

    /** The samples by the name of their golden file. */
    static Map<String, SpecificRecord> all() {
        Map<String, SpecificRecord> samples = new LinkedHashMap<>();
        samples.put("change-1", change());
        samples.put("batch-1", batch());
        samples.put("result-1", result());
        samples.put("status-1", status());
        samples.put("deadletter-1", deadLetter());
        samples.put("result-2", commandResult());
        samples.put("status-2", progressStatus());
        samples.put("command-1", command());
        samples.put("result-3", dryRunResult());
        samples.put("status-3", intervalStatus());
        samples.put("command-2", dryRunCommand());
        samples.put("change-2", checkpointChange());
        samples.put("batch-2", checkpointBatch());
        samples.put("command-3", verifyCommand());
        samples.put("command-4", replayCommand());
        samples.put("result-4", verifyResult());
        samples.put("status-4", unreadStatus());
        samples.put("desired-1", desired());
        samples.put("command-5", restoreCommand());
        samples.put("result-5", restoreResult());
        samples.put("desired-2", promotion());
        return samples;
    }

    static Observed observed() {
        return Observed.newBuilder()
                .setType(FileType.FILE)
                .setSize(1L << 40)
                .setMtimeNanos(1_700_000_000_123_456_789L)
                .setMode(0100644)
                .setUid(4294967294L)
                .setGid(1000)
                .setLinks(2)
                .setDev(2049)
                .setIno(-7)
                .setBlockedBy(ByteBuffer.wrap(new byte[] {'a', (byte) 0x80}))
                .build();
    }

    static Change change() {
        return Change.newBuilder()
                .setSource("data")
                .setEpoch(42)
                .setSequence(7)
                .setKind(ChangeKind.MOVED)
                .setPath(ByteBuffer.wrap(HOSTILE))
                .setMovedFrom(ByteBuffer.wrap(new byte[] {'o', 'l', 'd', (byte) 0xFE}))
                .setRecursive(true)
                .setObserved(observed())
                .setOrigin(Origin.SCAN)
                .setCapturedAt(AT)
                .setReason("ein Grund: \u00fc")
                .build();
    }

    static Batch batch() {
        BatchPath first = BatchPath.newBuilder()
                .setPath(ByteBuffer.wrap(HOSTILE))
                .setRecursive(false)
                .setMovedFrom(ByteBuffer.wrap(bytes("old", new byte[] {(byte) 0xFE}, "")))
                .setObserved(observed())
                .setCapturedAt(AT)
                .build();
        BatchPath second = BatchPath.newBuilder()
                .setPath(RelPath.ROOT.toField())
                .setRecursive(true)
                .setObserved(Observed.newBuilder().setType(FileType.DIRECTORY).build())
                .setCapturedAt(AT)
                .build();
        return Batch.newBuilder()
                .setSource("data")
                .setSequence(9)
                .setEpoch(42)
                .setChanges(12)
                .setCreatedAt(AT.plusMillis(20))
                .setCapturedAt(AT)
                .setPaths(List.of(first, second))
                .setReason("overflow")
                .build();
    }

    static Result result() {
        return Result.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setKind(ResultKind.BATCHES)
                .setPartition(3)
                .setFromOffset(100)
                .setToOffset(107)
                .setCapturedAt(AT)
                .setStartedAt(AT.plusMillis(30))
                .setFinishedAt(AT.plusMillis(75))
                .setPaths(12)
                .setUpdated(9)
                .setDeleted(2)
                .setRenamed(1)
                .setFailed(1)
                .setBytesReceived(123_456)
                .setRsyncRuns(2)
                .build();
    }

    static Status status() {
        return Status.newBuilder()
                .setComponent("applier/backup1/data")
                .setRole(Role.APPLIER)
                .setInstance("6f9619ff")
                .setHost("files1")
                .setPid(4711)
                .setSource("data")
                .setReplica("backup1")
                .setState(ComponentState.RUNNING)
                .setMessage("in step")
                .setAt(AT)
                .setEpoch(42)
                .setSequence(7)
                .setPartition(3)
                .setOffset(108)
                .setOldestPendingAt(AT)
                .setPendingPaths(5)
                .setDeadLetters(1)
                .setCounters(Map.of("weir.applier.pulls", 17L))
                .build();
    }

    static DeadLetter deadLetter() {
        return DeadLetter.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setPath(ByteBuffer.wrap(new byte[] {'.', '.', '/', 0, (byte) 0xFF}))
                .setRecursive(true)
                .setKind(DeadLetterKind.REFUSED)
                .setReason("path '../\\x00\\xff' is refused: it has a '..' component")
                .setAttempts(3)
                .setFirstFailedAt(AT)
                .setLastFailedAt(AT.plusSeconds(60))
                .setPartition(3)
                .setOffset(107)
                .build();
    }

    /** With the fields of its second version. */
    static Result commandResult() {
        return Result.newBuilder(result())
                .setKind(ResultKind.COMMAND)
                .setHeld(3)
                .setCommand("0a1b")
                .setMessage("3 held paths are approved")
                .build();
    }

    /** With the fields of its second version. */
    static Status progressStatus() {
        return Status.newBuilder(status())
                .setState(ComponentState.HELD)
                .setHeldPaths(2)
                .setProgress("120 of 400 paths")
                .build();
    }

    static Command command() {
        return Command.newBuilder()
                .setId("0a1b")
                .setKind(CommandKind.APPROVE)
                .setReplica("backup1")
                .setSource("data")
                .setPaths(List.of(ByteBuffer.wrap(HOSTILE), RelPath.ROOT.toField()))
                .setIssuedAt(AT)
                .setExpiresAt(AT.plusSeconds(3600))
                .setIssuedBy("ops@files1")
                .build();
    }

    /** With the fields of its third version. */
    static Result dryRunResult() {
        return Result.newBuilder(commandResult())
                .setDryRun(DryRun.newBuilder()
                        .setListed(9)
                        .setSent(2)
                        .setSentBytes(1L << 41)
                        .setDeleted(7)
                        .setDeletedBytes(12)
                        .setKept(true)
                        .setDeferred(1)
                        .setUnsure(1)
                        .setSentPaths(List.of(ByteBuffer.wrap(HOSTILE)))
                        .setDeletedPaths(List.of(
                                ByteBuffer.wrap(HOSTILE), RelPath.of("d").toField()))
                        .setUnsurePaths(List.of(RelPath.of("e").toField()))
                        .build())
                .build();
    }

    /** With the fields of its third version. */
    static Status intervalStatus() {
        return Status.newBuilder(progressStatus()).setIntervalMillis(3000).build();
    }

    /** With the kinds of its second version. */
    static Command dryRunCommand() {
        return Command.newBuilder(command())
                .setKind(CommandKind.BASELINE_DRY_RUN)
                .build();
    }

    /** With the fields of its second version. */
    static Change checkpointChange() {
        return Change.newBuilder(change())
                .setKind(ChangeKind.CHECKPOINT)
                .setCheckpoint("0a1c")
                .build();
    }

    /** With the fields of its second version. */
    static Batch checkpointBatch() {
        return Batch.newBuilder(batch())
                .setPaths(List.of())
                .setCheckpoint("0a1c")
                .build();
    }

    /** With the fields of its third version. */
    static Command verifyCommand() {
        return Command.newBuilder(command())
                .setKind(CommandKind.VERIFY)
                .setVerify(VerifyOrder.newBuilder()
                        .setLevel(VerifyLevel.SAMPLE)
                        .setSamplePercent(5)
                        .setSeed(-7)
                        .setBytesPerSecond(1L << 33)
                        .setRepair(true)
                        .build())
                .build();
    }

    /** With the fields of its third version. */
    static Command replayCommand() {
        return Command.newBuilder(command())
                .setKind(CommandKind.REPLAY)
                .setReplay(ReplayOrder.newBuilder()
                        .setFrom(AT)
                        .setTo(AT.plusSeconds(60))
                        .setGlob("a/**")
                        .build())
                .build();
    }

    /** With the fields of its fourth version. */
    static Result verifyResult() {
        Drift drift = Drift.newBuilder()
                .setPath(ByteBuffer.wrap(HOSTILE))
                .setKind(DriftKind.DIFFERENT)
                .setDetail("content, mode")
                .build();
        return Result.newBuilder(dryRunResult())
                .setVerification(Verification.newBuilder()
                        .setLevel(VerifyLevel.CHECKSUM)
                        .setEntries(9)
                        .setFiles(5)
                        .setBytes(1L << 42)
                        .setMissing(1)
                        .setExtra(2)
                        .setDifferent(3)
                        .setInFlight(4)
                        .setUnsure(1)
                        .setRepaired(6)
                        .setDrift(List.of(drift))
                        .build())
                .build();
    }

    /** With the fields of its fourth version. */
    static Status unreadStatus() {
        return Status.newBuilder(intervalStatus())
                .setPendingBytes(1L << 43)
                .setUnread(17)
                .build();
    }

    static Desired desired() {
        return Desired.newBuilder()
                .setSource("data")
                .setReplica("backup1")
                .setPaused(true)
                .setReason("a new disk")
                .setAt(AT)
                .setBy("ops@files1")
                .build();
    }

    static Command restoreCommand() {
        return Command.newBuilder(command())
                .setKind(CommandKind.RESTORE)
                .setRestore(RestoreOrder.newBuilder()
                        .setAsOf(AT.minusSeconds(3600))
                        .setTo("monday")
                        .build())
                .build();
    }

    static Result restoreResult() {
        PastVersion version = PastVersion.newBuilder()
                .setPath(ByteBuffer.wrap(HOSTILE))
                .setType("file")
                .setSize(1L << 41)
                .setMtime(AT.minusSeconds(60))
                .setFrom(AT.minusSeconds(30))
                .setUntil(AT)
                .build();
        return Result.newBuilder(commandResult())
                .setVersions(Versions.newBuilder()
                        .setCount(7)
                        .setList(List.of(version))
                        .build())
                .setRestored(Restored.newBuilder()
                        .setEntries(3)
                        .setBytes(1L << 41)
                        .setAbsent(1)
                        .setTo("/backup/data/.weir/restored/monday")
                        .build())
                .build();
    }

    static Desired promotion() {
        return Desired.newBuilder(desired())
                .setPromotion(Promotion.newBuilder()
                        .setFrom("0f0e8a2c-0000-4000-8000-000000000001")
                        .setTo("0f0e8a2c-0000-4000-8000-000000000002")
                        .setFormer(List.of("0f0e8a2c-0000-4000-8000-000000000000"))
                        .build())
                .build();
    }

    private static byte[] bytes(String head, byte[] middle, String tail) {
        byte[] a = head.getBytes(StandardCharsets.UTF_8);
        byte[] c = tail.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(a.length + middle.length + c.length)
                .put(a)
                .put(middle)
                .put(c)
                .array();
    }
}
