package io.weir.agent.scan;

import io.weir.schemas.RelPath;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notes what is about to be sent and what Kafka acknowledged in the journal in use. The kernel has a note before the change
 * is sent, so a killed agent knows what it may have published; the disk has it a few seconds later. Thread-safe; the lock
 * of the file is taken before that of the numbers.
 */
final class Journal implements PublishedLog, AutoCloseable {
    private static final Logger log = LoggerFactory.getLogger(Journal.class);
    private static final long SYNC_NANOS = TimeUnit.SECONDS.toNanos(10);

    private final String source;
    private final SessionClock clock;
    private final Runnable lost;

    private final Object file = new Object();
    private @Nullable FileChannel channel; // guarded by file
    private boolean begun; // guarded by file
    private long syncedAtNanos = System.nanoTime(); // guarded by file
    private long bytes; // guarded by file

    private final Object numbers = new Object();
    private final Intents intents = new Intents(); // guarded by numbers
    private final ByteArrayOutputStream acks = new ByteArrayOutputStream(); // guarded by numbers
    private long next; // guarded by numbers
    private long ackFrom; // guarded by numbers
    private long ackTo = -1; // guarded by numbers
    private boolean tree; // guarded by numbers
    private boolean rootTree; // guarded by numbers

    /**
     * A journal without a file: {@link #rotate} gives it one.
     *
     * @param lost called when what is published can no longer be noted, so that what is known is not to be believed
     */
    Journal(String source, SessionClock clock, Runnable lost) {
        this.source = source;
        this.clock = clock;
        this.lost = lost;
    }

    @Override
    public long intend(List<Published> changes) {
        synchronized (file) {
            ByteArrayOutputStream frames = new ByteArrayOutputStream(changes.size() * 128);
            long first;
            synchronized (numbers) {
                first = next;
                for (Published change : changes) {
                    JournalRecord record = JournalRecord.of(change, clock);
                    frames.writeBytes(JournalFile.intent(next, record));
                    intents.add(next, record);
                    next++;
                }
            }
            write(frames.toByteArray());
            return first;
        }
    }

    @Override
    public void acknowledged(long number) {
        synchronized (numbers) {
            JournalRecord record = intents.acknowledged(number);
            if (record == null) {
                return;
            }
            if (number != ackTo + 1) {
                endRange();
                ackFrom = number;
            }
            ackTo = number;
            if (record instanceof JournalRecord.Tree) {
                tree = true;
                rootTree |= record.path().equals(RelPath.ROOT);
            }
        }
    }

    /**
     * Goes on in a new file, which begins with what is not acknowledged; all that was acknowledged is in the old one.
     *
     * @throws IOException when there is no new file; that is then a failed note like any other
     */
    void rotate(Path fresh) throws IOException {
        synchronized (file) {
            ByteArrayOutputStream head = new ByteArrayOutputStream();
            if (!begun) {
                head.writeBytes(JournalFile.session());
            }
            byte[] old;
            synchronized (numbers) {
                old = takeAcks();
                for (Map.Entry<Long, JournalRecord> left : intents.left().entrySet()) {
                    head.writeBytes(JournalFile.intent(left.getKey(), left.getValue()));
                }
                tree = false;
                rootTree = false;
            }
            write(old);
            try {
                closeFile();
                bytes = 0;
                channel = FileChannel.open(fresh, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            } catch (IOException e) {
                fail(e);
                throw e;
            }
            begun = true;
            write(head.toByteArray());
        }
    }

    /** What is to be done only as long as everything published is noted. */
    interface Action {
        /** Does it. */
        void run() throws IOException;
    }

    /**
     * Does something unless a note was lost since the last rotation; none is lost meanwhile.
     *
     * @return whether it was done
     */
    boolean whileWhole(Action action) throws IOException {
        synchronized (file) {
            if (channel == null) {
                return false;
            }
            action.run();
            return true;
        }
    }

    /** Writes what was acknowledged; makes all of it durable every few seconds. Call often. */
    void flush() {
        synchronized (file) {
            byte[] taken;
            synchronized (numbers) {
                taken = takeAcks();
            }
            write(taken);
            FileChannel open = channel;
            if (open != null && System.nanoTime() - syncedAtNanos > SYNC_NANOS) {
                try {
                    open.force(false);
                } catch (IOException e) {
                    fail(e);
                }
                syncedAtNanos = System.nanoTime();
            }
        }
    }

    private byte[] takeAcks() {
        endRange();
        byte[] taken = acks.toByteArray();
        acks.reset();
        return taken;
    }

    private void endRange() {
        if (ackTo >= ackFrom) {
            acks.writeBytes(JournalFile.acknowledged(ackFrom, ackTo));
        }
        ackFrom = 0;
        ackTo = -1;
    }

    private void write(byte[] frames) {
        FileChannel open = channel;
        if (open == null || frames.length == 0) {
            return;
        }
        try {
            ByteBuffer left = ByteBuffer.wrap(frames);
            while (left.hasRemaining()) {
                open.write(left);
            }
            bytes += frames.length;
        } catch (IOException e) {
            fail(e);
        }
    }

    /** From here on it is not known what is published, and a later life must not think that it is. */
    private void fail(IOException cause) {
        log.warn(
                "the journal of what is published cannot be written, so the next scan rescans the whole source; make"
                        + " room in the state directory: source={} cause={}",
                source,
                cause.getMessage());
        lost.run();
        FileChannel open = channel;
        channel = null;
        try {
            if (open != null) {
                open.close();
            }
        } catch (IOException e) {
            log.warn("the journal was not closed: source={} cause={}", source, e.getMessage());
        }
    }

    /** Whether a directory was told as a whole since the last rotation, so that its names are not known. */
    boolean hasTree() {
        synchronized (numbers) {
            return tree;
        }
    }

    /** Whether the whole source was. */
    boolean hasRootTree() {
        synchronized (numbers) {
            return rootTree;
        }
    }

    /** What {@link #hasTree} and {@link #hasRootTree} said is so still, since nothing was learned after the rotation. */
    void notLearned(boolean wasTree, boolean wasRootTree) {
        synchronized (numbers) {
            tree |= wasTree;
            rootTree |= wasRootTree;
        }
    }

    /** How long the journal in use is. */
    long bytes() {
        synchronized (file) {
            return bytes;
        }
    }

    private void closeFile() throws IOException {
        FileChannel open = channel;
        channel = null;
        if (open != null) {
            open.force(false);
            open.close();
        }
    }

    @Override
    public void close() {
        synchronized (file) {
            flush();
            try {
                closeFile();
            } catch (IOException e) {
                log.warn("the journal was not closed: source={} cause={}", source, e.getMessage());
            }
        }
    }
}
