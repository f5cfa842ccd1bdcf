package io.weir.console;

import java.time.Instant;
import java.util.List;

/** Tells the pages what is new on the board: records as they come, everything else once a second. For the feed's thread, but for {@link #first}. */
final class Broadcast implements Runnable {
    /** More records at once are nothing that a person reads. */
    private static final int MOST = 100;

    private final Board board;
    private final Answers answers;
    private final Desk desk;
    private final Events events;
    private long told;
    private long second;
    /** The board's, when letters were told last. */
    private long letterChanges;
    /** As they were told last. */
    private String runs = "";

    Broadcast(Board board, Answers answers, Desk desk, Events events) {
        this.board = board;
        this.answers = answers;
        this.desk = desk;
        this.events = events;
    }

    /** What a page begins with, as events. In any thread. */
    String first() {
        return Events.text("status", answers.status(board.components()))
                + Events.text("deadletters", answers.deadLetters(board.letters()))
                + Events.text("runs", desk.all());
    }

    @Override
    public void run() {
        if (!events.isHeard()) {
            told = board.newest();
            return;
        }
        tail();
        runs();
        Instant now = Instant.now();
        if (now.getEpochSecond() != second) {
            second = now.getEpochSecond();
            events.tell("point", board.series(now, 1));
            events.tell("trouble", Json.object(json -> json.writeStringField("trouble", board.trouble())));
            events.tell("status", answers.status(board.components()));
            long changes = board.letterChanges();
            if (changes != letterChanges) {
                letterChanges = changes;
                events.tell("deadletters", answers.deadLetters(board.letters()));
            }
        }
    }

    private void runs() {
        String now = desk.all();
        if (!now.equals(runs)) {
            runs = now;
            events.tell("runs", now);
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
}
