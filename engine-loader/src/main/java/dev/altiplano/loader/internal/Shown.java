package dev.altiplano.loader.internal;

import java.util.List;

/** Text from files as it may stand in a message: one line, printable, short. */
final class Shown {
    private static final int LONGEST = 256;

    private Shown() {}

    /** A name or value, with control characters escaped and its middle left out when it is long. */
    static String text(String text) {
        StringBuilder shown = new StringBuilder();
        int half = LONGEST / 2;
        for (int i = 0; i < text.length(); i++) {
            if (text.length() > LONGEST && i == half) {
                shown.append('…');
                i = text.length() - half;
            }
            char c = text.charAt(i);
            if (Character.isISOControl(c)
                    || Character.isSurrogate(c)
                    || c == 0x2028
                    || c == 0x2029) {
                shown.append("\\u%04x".formatted((int) c));
            } else {
                shown.append(c);
            }
        }
        return shown.toString();
    }

    /** {@code [16, 5120, 8192]}. */
    static String shape(List<Long> shape) {
        return shape.toString();
    }
}
