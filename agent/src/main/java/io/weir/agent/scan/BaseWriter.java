package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Map;

/** Writes a new base beside the one in use. Thread-safe: the walkers of a scan share it. */
final class BaseWriter implements AutoCloseable {
    private final FileChannel channel;
    private final OutputStream out;
    private int directories;

    BaseWriter(Path file, BaseFile.Header header) throws IOException {
        channel = FileChannel.open(
                file, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING);
        out = new BufferedOutputStream(Channels.newOutputStream(channel), 1 << 20);
        out.write(Frames.frame(data -> {
            data.writeLong(BaseFile.MAGIC);
            data.writeLong(header.source().getMostSignificantBits());
            data.writeLong(header.source().getLeastSignificantBits());
            data.writeLong(header.generation());
            Entry root = header.root();
            data.writeBoolean(root != null);
            if (root != null) {
                root.write(data);
            }
        }));
    }

    /** Adds a directory; each one once. */
    void add(RelPath directory, Known known) throws IOException {
        byte[] frame = Frames.frame(data -> {
            data.writeByte('D');
            byte[] path = directory.bytes();
            data.writeInt(path.length);
            data.write(path);
            Since since = known.unlearned();
            data.writeBoolean(since != null);
            if (since != null) {
                since.write(data);
            }
            data.writeInt(known.entries().size());
            for (Map.Entry<RelPath, Entry> entry : known.entries().entrySet()) {
                byte[] name = entry.getKey().bytes();
                data.writeShort(name.length);
                data.write(name);
                entry.getValue().write(data);
            }
        });
        synchronized (this) {
            out.write(frame);
            directories++;
        }
    }

    /** Writes the end and makes the file durable. */
    synchronized void finish() throws IOException {
        out.write(Frames.frame(data -> data.writeInt(directories)));
        out.flush();
        channel.force(true);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
