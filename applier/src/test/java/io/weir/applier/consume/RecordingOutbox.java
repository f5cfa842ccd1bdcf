package io.weir.applier.consume;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An outbox that keeps what is sent. Acknowledges at once, or when told to. Thread-safe. */
final class RecordingOutbox implements Outbox {
    record Sent(String topic, ByteBuffer key, @Nullable ByteBuffer value) {
        byte[] bytes() {
            if (value == null) {
                throw new AssertionError("a tombstone of " + topic);
            }
            byte[] bytes = new byte[value.remaining()];
            value.duplicate().get(bytes);
            return bytes;
        }
    }

    private final List<Sent> sent = new ArrayList<>();
    private final Deque<Done> waiting = new ArrayDeque<>();
    private boolean holding;

    @Override
    public void send(String topic, byte[] key, byte @Nullable [] value, Done done) {
        synchronized (this) {
            sent.add(new Sent(topic, ByteBuffer.wrap(key), value == null ? null : ByteBuffer.wrap(value)));
            if (holding) {
                waiting.add(done);
                return;
            }
        }
        done.done(null);
    }

    synchronized List<Sent> to(String topic) {
        return sent.stream().filter(each -> each.topic().equals(topic)).toList();
    }

    /** What a compacted topic holds after all of it. */
    synchronized List<Sent> standing(String topic) {
        Map<ByteBuffer, Sent> standing = new LinkedHashMap<>();
        to(topic).forEach(each -> standing.put(each.key(), each));
        return standing.values().stream().filter(each -> each.value() != null).toList();
    }

    synchronized void hold() {
        holding = true;
    }

    /** Answers everything that waits; acknowledges at once from now on. */
    void answer(@Nullable Exception failure) {
        List<Done> all;
        synchronized (this) {
            holding = false;
            all = new ArrayList<>(waiting);
            waiting.clear();
        }
        all.forEach(done -> done.done(failure));
    }
}
