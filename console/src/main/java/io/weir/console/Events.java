package io.weir.console;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Server-sent events (WHATWG HTML, section 9.2) to every page that is open. Each page has a thread of its own, which waits for
 * it; a page that does not keep up is let go and comes back by itself. Thread-safe.
 */
final class Events {
    /** Each costs a thread. */
    static final int MOST = 32;

    private static final int BEHIND = 200;
    private static final int SILENCE_SECONDS = 10;
    private static final String END = "";

    private final Set<BlockingQueue<String>> pages = ConcurrentHashMap.newKeySet();

    /** Whether no further page can be served. */
    boolean isFull() {
        return pages.size() >= MOST;
    }

    /** Whether anybody listens. */
    boolean isHeard() {
        return !pages.isEmpty();
    }

    /** Tells all pages; never blocks. */
    void tell(String name, String json) {
        String event = text(name, json);
        pages.removeIf(each -> {
            boolean isBehind = !each.offer(event);
            if (isBehind) {
                end(each);
            }
            return isBehind;
        });
    }

    private static void end(BlockingQueue<String> page) {
        page.clear();
        page.offer(END);
    }

    /** An event as it is sent. */
    static String text(String name, String json) {
        // Of one line: a line break would end the event's data.
        return "event: " + name + "\ndata: " + json.replace("\n", "") + "\n\n";
    }

    /**
     * Serves one page until it is gone, does not keep up, or this is closed.
     *
     * @param first events that it begins with; what is told from then on follows
     */
    void serve(OutputStream out, Supplier<String> first) throws InterruptedException {
        BlockingQueue<String> events = new ArrayBlockingQueue<>(BEHIND);
        pages.add(events);
        try {
            write(out, ": weir\n\n" + first.get());
            while (true) {
                String event = events.poll(SILENCE_SECONDS, TimeUnit.SECONDS);
                if (END.equals(event)) {
                    return;
                }
                // A comment now and then finds out whether the page is still there.
                write(out, event == null ? ":\n\n" : event);
            }
        } catch (IOException e) {
            // The page is gone.
            return;
        } finally {
            pages.remove(events);
        }
    }

    private static void write(OutputStream out, String text) throws IOException {
        out.write(text.getBytes(StandardCharsets.UTF_8));
        out.flush();
    }

    /** Lets all pages go. */
    void close() {
        pages.forEach(Events::end);
    }
}
