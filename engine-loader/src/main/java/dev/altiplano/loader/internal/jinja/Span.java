package dev.altiplano.loader.internal.jinja;

/**
 * The part of a text that a method's {@code start} and {@code end} leave, in UTF-16 units.
 *
 * @param exists false if start lies behind the text's end or behind the span's end: then not even
 *     the empty text is found
 */
record Span(int start, int end, boolean exists) {
    /** Reads the second and third argument, which count code points. */
    static Span of(String text, Bound arguments) {
        if (arguments.orNull(1) == null && arguments.orNull(2) == null) {
            return new Span(0, text.length(), true);
        }
        int size = text.codePointCount(0, text.length());
        Object first = arguments.orNull(1);
        Object last = arguments.orNull(2);
        long start = position(first == null ? 0 : Bound.integer(first), size);
        long end = Math.min(size, position(last == null ? size : Bound.integer(last), size));
        if (start > end) {
            return new Span(0, 0, false);
        }
        int from = text.offsetByCodePoints(0, (int) start);
        return new Span(from, text.offsetByCodePoints(from, (int) (end - start)), true);
    }

    private static long position(long index, int size) {
        return index < 0 ? Math.max(0, index + size) : index;
    }
}
