package io.weir.cli;

import java.util.List;

/** Columns of text for a terminal. */
final class Table {
    private Table() {}

    /** Rows of equal length with columns as wide as they need; the last one is not padded. */
    static String render(List<String[]> rows) {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < widths.length; i++) {
                widths[i] = Math.max(widths[i], row[i].codePointCount(0, row[i].length()));
            }
        }
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            StringBuilder line = new StringBuilder();
            for (int i = 0; i < widths.length; i++) {
                int padding = widths[i] - row[i].codePointCount(0, row[i].length());
                line.append(row[i]).append(" ".repeat(padding + 2));
            }
            text.append(line.toString().stripTrailing()).append('\n');
        }
        return text.toString();
    }
}
