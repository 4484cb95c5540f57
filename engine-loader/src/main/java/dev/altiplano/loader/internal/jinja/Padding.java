package dev.altiplano.loader.internal.jinja;

/** On which side of a text the fill goes that brings it to a width. */
enum Padding {
    LEFT,
    RIGHT,
    CENTER;

    /**
     * The text, at least {@code width} code points long.
     *
     * @param fill one character
     */
    String apply(Budget budget, String text, long width, String fill) {
        long missing = missing(text, width);
        if (missing <= 0) {
            return text;
        }
        long left =
                switch (this) {
                    case LEFT -> missing;
                    case RIGHT -> 0;
                    case CENTER -> missing / 2 + (missing & width & 1); // as CPython rounds
                };
        budget.text(text.length());
        return Arithmetic.repeatText(budget, fill, left)
                + text
                + Arithmetic.repeatText(budget, fill, missing - left);
    }

    /** The text with zeros behind its sign. */
    static String zeros(Budget budget, String text, long width) {
        String zeros = Arithmetic.repeatText(budget, "0", missing(text, width));
        boolean signed = text.startsWith("+") || text.startsWith("-");
        return signed ? text.charAt(0) + zeros + text.substring(1) : zeros + text;
    }

    private static long missing(String text, long width) {
        return Math.max(width, 0) - text.codePointCount(0, text.length());
    }
}
