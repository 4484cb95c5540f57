package dev.altiplano.cli;

import java.util.ArrayList;
import java.util.List;

/** Lines of a name and what it is, the second column aligned. */
final class Table {
    private final List<String[]> rows = new ArrayList<>();

    /** Adds a line; an empty name goes on with the line before. */
    void row(String name, String value) {
        rows.add(new String[] {name, value});
    }

    /** An empty line. */
    void gap() {
        row("", "");
    }

    String text() {
        int width = rows.stream().mapToInt(row -> row[0].length()).max().orElse(0);
        StringBuilder text = new StringBuilder();
        for (String[] row : rows) {
            text.append(
                    (row[0] + " ".repeat(width + 2 - row[0].length()) + row[1]).stripTrailing());
            text.append('\n');
        }
        return text.toString();
    }
}
