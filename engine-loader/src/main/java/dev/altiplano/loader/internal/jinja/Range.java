package dev.altiplano.loader.internal.jinja;

/**
 * Python's range.
 *
 * @param start first number
 * @param stop first number that is too far
 * @param step distance, not 0
 */
record Range(long start, long stop, long step) {
    private static final long MAX_SIZE = 100_000; // as in Jinja's sandbox
    private static final double MAX_NUMBER = 0x1p62; // so that no difference overflows

    /** A range as a template asks for it. */
    static Range of(long start, long stop, long step) {
        if (step == 0) {
            throw new Fault("range() arg 3 must not be zero");
        }
        Range range = new Range(start, stop, step);
        double length = ((double) stop - start) / step;
        boolean wide = Math.abs((double) start) + Math.abs((double) stop) >= MAX_NUMBER;
        if (length > MAX_SIZE || wide || Math.abs((double) step) >= MAX_NUMBER) {
            throw new Fault("Range too big. The sandbox blocks ranges larger than %d.", MAX_SIZE);
        }
        return range;
    }

    int size() {
        if (step > 0 ? start >= stop : start <= stop) {
            return 0;
        }
        return (int) ((Math.abs(stop - start) - 1) / Math.abs(step) + 1);
    }

    long get(long index) {
        return start + index * step;
    }

    boolean contains(long number) {
        long offset = number - start;
        return offset % step == 0 && offset / step >= 0 && offset / step < size();
    }

    boolean sameItems(Range other) {
        int size = size();
        return size == other.size()
                && (size == 0 || (start == other.start && (size == 1 || step == other.step)));
    }

    @Override
    public String toString() {
        return step == 1
                ? "range(%d, %d)".formatted(start, stop)
                : "range(%d, %d, %d)".formatted(start, stop, step);
    }
}
