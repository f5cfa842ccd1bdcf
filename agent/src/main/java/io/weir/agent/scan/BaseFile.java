package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The base of the inventory, open for reading: where each directory's record is stays in memory, the records are read when
 * asked for. Every byte was checked when this was opened. Thread-safe.
 */
final class BaseFile implements AutoCloseable {
    static final long MAGIC = 0x5745_4952_494e_5631L; // WEIRINV1

    /**
     * What the file says about itself.
     *
     * @param source identity of the source
     * @param generation the first journal that goes on top of it
     * @param root the root directory itself; null when it is not known
     */
    record Header(UUID source, long generation, @Nullable Entry root) {}

    private final FileChannel channel;
    private final Header header;
    private final Map<RelPath, Long> offsets;
    private final long entries;

    private BaseFile(FileChannel channel, Header header, Map<RelPath, Long> offsets, long entries) {
        this.channel = channel;
        this.header = header;
        this.offsets = offsets;
        this.entries = entries;
    }

    /**
     * Opens and checks a file.
     *
     * @throws IOException when it cannot be read, or is damaged or not complete
     */
    static BaseFile open(Path file) throws IOException {
        Map<RelPath, Long> offsets = new HashMap<>();
        Header header;
        long entries = 0;
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file), 1 << 20)) {
            byte[] payload = required(in);
            header = header(payload);
            long at = (long) Frames.HEAD + payload.length;
            payload = required(in);
            while (payload[0] == 'D') {
                DataInputStream record = Frames.data(payload);
                offsets.put(path(record), at);
                since(record);
                entries += record.readInt();
                at += (long) Frames.HEAD + payload.length;
                payload = required(in);
            }
            if (Frames.data(payload).readInt() != offsets.size() || Frames.next(in) != null) {
                throw new IOException("the number of directories is wrong");
            }
        } catch (IllegalArgumentException e) {
            throw new IOException("it names a path that cannot be: " + e.getMessage(), e);
        }
        return new BaseFile(FileChannel.open(file, StandardOpenOption.READ), header, offsets, entries);
    }

    private static byte[] required(InputStream in) throws IOException {
        byte[] payload = Frames.next(in);
        if (payload == null) {
            throw new EOFException("the end is missing");
        }
        return payload;
    }

    private static Header header(byte[] payload) throws IOException {
        DataInputStream in = Frames.data(payload);
        if (in.readLong() != MAGIC) {
            throw new IOException("it is no inventory of this version");
        }
        UUID source = new UUID(in.readLong(), in.readLong());
        long generation = in.readLong();
        return new Header(source, generation, in.readBoolean() ? Entry.read(in) : null);
    }

    private static RelPath path(DataInputStream in) throws IOException {
        in.skipNBytes(1);
        return RelPath.of(in.readNBytes(in.readInt()));
    }

    private static @Nullable Since since(DataInputStream in) throws IOException {
        return in.readBoolean() ? Since.read(in) : null;
    }

    /** How many names all directories have together. */
    long entries() {
        return entries;
    }

    Header header() {
        return header;
    }

    /** The record of a directory, a fresh copy; null when there is none. */
    @Nullable
    Known read(RelPath directory) throws IOException {
        Long at = offsets.get(directory);
        if (at == null) {
            return null;
        }
        byte[] head = bytes(at, Frames.HEAD);
        byte[] payload = bytes(at + Frames.HEAD, ByteBuffer.wrap(head).getInt(0));
        if (Frames.checksum(payload, 0, payload.length) != ByteBuffer.wrap(head).getInt(4)) {
            throw new IOException("the checksum of directory " + directory + " is wrong");
        }
        DataInputStream in = Frames.data(payload);
        path(in);
        Since since = since(in);
        int count = in.readInt();
        Map<RelPath, Entry> entries = new HashMap<>(count * 2);
        for (int i = 0; i < count; i++) {
            RelPath name = RelPath.of(in.readNBytes(in.readUnsignedShort()));
            entries.put(name, Entry.read(in));
        }
        return new Known(since, entries);
    }

    private byte[] bytes(long at, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining()) {
            if (channel.read(into, at + into.position()) < 0) {
                throw new EOFException("the file became shorter");
            }
        }
        return into.array();
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
