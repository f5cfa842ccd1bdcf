package io.weir.agent.scan;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The files of one source's inventory in the agent's state directory: {@code S.inventory}, the base, and
 * {@code S.journal-N}. A scan begins a new journal, writes a base of everything before it, renames that over the old one
 * and deletes the journals that are in it; a crash at any point leaves a base and all journals after it. Confined to one
 * thread at a time.
 */
final class InventoryStore {
    private static final Logger log = LoggerFactory.getLogger(InventoryStore.class);

    private final Path directory;
    private final String source;
    private final UUID uuid;
    private long generation;

    /** The store of the source with this identity; nothing is opened. */
    InventoryStore(Path directory, String source, UUID uuid) {
        this.directory = directory;
        this.source = source;
        this.uuid = uuid;
    }

    private Path base() {
        return directory.resolve(source + ".inventory");
    }

    private Path aside() {
        return directory.resolve(source + ".inventory.tmp");
    }

    /** Looks what is there. {@code forget}: and deletes it. */
    void open(boolean forget) throws IOException {
        NavigableMap<Long, Path> journals = journals();
        generation = journals.isEmpty() ? 0 : journals.lastKey();
        if (Files.exists(base())) {
            try (BaseFile base = BaseFile.open(base())) {
                // The journal in use when it was written may be gone by accident; its number must not come again.
                generation = Math.max(generation, base.header().generation());
            } catch (IOException damaged) {
                log.debug("the inventory cannot be read: cause={}", damaged.getMessage());
            }
        }
        if (forget) {
            discard();
        }
    }

    /** Begins a new journal. */
    void rotate(Journal journal) throws IOException {
        generation++;
        journal.rotate(path(generation));
    }

    private Path path(long number) {
        return directory.resolve(source + ".journal-" + number);
    }

    /**
     * What was published before the journal in use began.
     *
     * @throws IOException when the inventory cannot be believed; {@link #discard} it
     */
    Inventory read() throws IOException {
        BaseFile base = Files.exists(base()) ? BaseFile.open(base()) : null;
        Inventory inventory = new Inventory(base);
        boolean whole = false;
        try {
            long first = 0;
            if (base != null) {
                first = base.header().generation();
                if (!base.header().source().equals(uuid)) {
                    throw new IOException(
                            "it is that of another source, " + base.header().source());
                }
            }
            Replay replay = new Replay(inventory::apply);
            for (Path journal : journals().subMap(first, generation).values()) {
                JournalFile.read(journal, replay);
            }
            replay.end(inventory::applyUncertain);
            whole = true;
            return inventory;
        } finally {
            if (!whole) {
                inventory.close();
            }
        }
    }

    /** What was acknowledged since the journal in use began, as far as it is flushed. */
    List<JournalRecord> current() throws IOException {
        List<JournalRecord> records = new ArrayList<>();
        JournalFile.read(path(generation), new Replay(records::add));
        return records;
    }

    /** Begins a base of everything before the journal in use. */
    BaseWriter write(@Nullable Entry root) throws IOException {
        return new BaseWriter(aside(), new BaseFile.Header(uuid, generation, root));
    }

    /** Puts a finished base in the place of the old one, and deletes the journals that are in it. */
    void commit() throws IOException {
        Files.move(aside(), base(), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel synced = FileChannel.open(directory, StandardOpenOption.READ)) {
            synced.force(true);
        }
        for (Path journal : journals().headMap(generation).values()) {
            Files.delete(journal);
        }
    }

    /** Deletes everything before the journal in use: nothing of it is known from now on. */
    void discardOld() throws IOException {
        Files.deleteIfExists(base());
        for (Path journal : journals().headMap(generation).values()) {
            Files.delete(journal);
        }
    }

    /** Deletes everything. Any thread. */
    void discard() throws IOException {
        Files.deleteIfExists(base());
        for (Path journal : journals().values()) {
            Files.deleteIfExists(journal);
        }
    }

    /** Length of the base and of all journals, in bytes. */
    long bytes() throws IOException {
        long sum = Files.exists(base()) ? Files.size(base()) : 0;
        for (Path journal : journals().values()) {
            sum += Files.size(journal);
        }
        return sum;
    }

    /** When the newest of the files was written last, milliseconds since 1970; none when there are none. */
    OptionalLong writtenAtMillis() throws IOException {
        List<Path> files = new ArrayList<>(journals().values());
        if (Files.exists(base())) {
            files.add(base());
        }
        OptionalLong newest = OptionalLong.empty();
        for (Path file : files) {
            FileTime time = Files.getLastModifiedTime(file);
            newest = OptionalLong.of(Math.max(newest.orElse(Long.MIN_VALUE), time.toMillis()));
        }
        return newest;
    }

    private NavigableMap<Long, Path> journals() throws IOException {
        NavigableMap<Long, Path> found = new TreeMap<>();
        String prefix = source + ".journal-";
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                if (name.startsWith(prefix) && name.substring(prefix.length()).matches("[0-9]{1,18}")) {
                    found.put(Long.parseLong(name.substring(prefix.length())), file);
                }
            }
        }
        return found;
    }
}
