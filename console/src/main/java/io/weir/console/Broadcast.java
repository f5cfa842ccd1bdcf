package io.weir.console;

import java.time.Instant;
import java.util.List;

/** Tells the pages what is new on the board: records as they come, everything else once a second. For the feed's thread. */
final class Broadcast implements Runnable {
    /** More records at once are nothing that a person reads. */
    private static final int MOST = 100;

    private final Board board;
    private final Answers answers;
    private final Events events;
    private long told;
    private long second;
    private String status = "";
    private String letters = "";
    private boolean wasHeard;

    Broadcast(Board board, Answers answers, Events events) {
        this.board = board;
        this.answers = answers;
        this.events = events;
    }

    @Override
    public void run() {
        if (!events.isHeard()) {
            wasHeard = false;
            return;
        }
        if (!wasHeard) {
            wasHeard = true;
            told = board.tailAfter(0).stream()
                    .mapToLong(TailEntry::number)
                    .max()
                    .orElse(0);
            status = "";
            letters = "";
        }
        tail();
        Instant now = Instant.now();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            events.tell("point", board.series(now, 1));
            events.tell("trouble", Json.object(json -> json.writeStringField("trouble", board.trouble())));
            status = tellIfNew("status", answers.status(board.components()), status);
            letters = tellIfNew("deadletters", answers.deadLetters(board.letters()), letters);
        }
    }

    private void tail() {
        List<TailEntry> news = board.tailAfter(told);
        if (!news.isEmpty()) {
            told = news.get(news.size() - 1).number();
            List<TailEntry> last = news.subList(Math.max(0, news.size() - MOST), news.size());
            events.tell("tail", Json.array(last, TailEntry::write));
        }
    }

    private String tellIfNew(String name, String json, String before) {
        // Of one line: a line break would end the event's data.
        String line = json.replace("\n", "");
        if (!line.equals(before)) {
            events.tell(name, line);
        }
        return line;
    }
}
