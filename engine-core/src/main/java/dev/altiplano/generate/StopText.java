package dev.altiplano.generate;

import java.util.List;

/**
 * Looks for stop strings in text that comes in pieces, and holds back what may become one.
 *
 * <p>What {@link #add} has returned never contains a stop string or its beginning.
 */
final class StopText {
    private final List<String> stops;
    private final StringBuilder held = new StringBuilder();
    private boolean found;

    /**
     * @param stops strings of at least one character
     */
    StopText(List<String> stops) {
        this.stops = List.copyOf(stops);
    }

    /** Takes a piece of text; returns what is certain not to belong to a stop string. */
    String add(String piece) {
        if (stops.isEmpty()) {
            return piece;
        }
        held.append(piece);
        int at = firstStop();
        if (at >= 0) {
            found = true;
            held.setLength(at);
            return rest();
        }
        int keep = longestBeginning();
        String released = held.substring(0, held.length() - keep);
        held.delete(0, held.length() - keep);
        return released;
    }

    /** Whether a stop string has come; everything from it on is dropped. */
    boolean found() {
        return found;
    }

    /** What is still held back, when nothing more comes. */
    String rest() {
        String text = held.toString();
        held.setLength(0);
        return text;
    }

    /**
     * Start of the stop string that is complete first, so that the cut of the pieces is no matter.
     */
    private int firstStop() {
        int start = -1;
        int end = Integer.MAX_VALUE;
        for (String stop : stops) {
            int at = held.indexOf(stop);
            int last = at + stop.length();
            if (at >= 0 && (last < end || (last == end && at < start))) {
                start = at;
                end = last;
            }
        }
        return start;
    }

    /** Length of the longest end of the held text that begins a stop string. */
    private int longestBeginning() {
        int longest = 0;
        for (String stop : stops) {
            for (int n = Math.min(stop.length() - 1, held.length()); n > longest; n--) {
                if (stop.startsWith(held.substring(held.length() - n))) {
                    longest = n;
                }
            }
        }
        return longest;
    }
}
