package dev.altiplano.loader.internal.jinja;

/**
 * What one render may still spend: steps, memory and depth. Each bound grows with the variables, so
 * that a long conversation may be walked once for each of its messages, and a small one cannot be
 * used to keep a machine busy.
 */
final class Budget {
    private static final long STEPS = 2_000_000;
    private static final long MAX_STEPS = 2_000_000_000;
    private static final long UNITS = 6_000_000; // of two bytes, the most that a character takes
    private static final long MAX_UNITS = 8_000_000_000L;
    private static final long MAX_TEXT = 1 << 28;
    private static final int OBJECT = 24; // units that a small object takes, or a text's frame
    private static final int SLOT = 4; // units that a place in a list takes
    private static final int CHARS_PER_STEP = 4; // looking at text is fast
    private static final int MAX_DEPTH = 1200;

    private long steps = STEPS;
    private long units = UNITS;
    private int depth;

    /**
     * Raises the bounds once the size of the variables is known.
     *
     * @param characters characters of all texts in them
     * @param values values in them
     */
    void grow(long characters, long values) {
        double n = values;
        steps = (long) Math.min(MAX_STEPS, STEPS + n * (1000 + 10 * n) + 20.0 * characters);
        units = (long) Math.min(MAX_UNITS, UNITS + (64.0 + n) * (characters + n));
    }

    /** Pays for one small operation. */
    void step() {
        if (--steps < 0) {
            throw new Fault("the template takes too many steps");
        }
    }

    /** Pays for looking at so many characters. */
    void scan(long characters) {
        steps -= characters / CHARS_PER_STEP;
        step();
    }

    /** Pays for so many more characters in a text that grows. */
    void write(long characters) {
        if (characters > MAX_TEXT) {
            throw new Fault("the template makes a text of %d characters", characters);
        }
        spend(characters);
        scan(characters);
    }

    /** Pays for a new text of so many characters. */
    void text(long characters) {
        write(characters);
        spend(OBJECT);
    }

    /** Pays for a new list of so many items. */
    void items(long count) {
        write(SLOT * Math.min(count, MAX_TEXT));
        spend(OBJECT);
    }

    /** Pays for a new object that has several small objects in it. */
    void objects(long count) {
        write(OBJECT * Math.min(count, MAX_TEXT));
    }

    private void spend(long count) {
        units -= count;
        if (units < 0) {
            throw new Fault("the template uses too much memory");
        }
    }

    /** Goes one level deeper into nested code or values; {@link #leave()} goes back. */
    void enter() {
        step();
        if (++depth > MAX_DEPTH) {
            throw new Fault("the template or a value in it is nested too deeply");
        }
    }

    void leave() {
        depth--;
    }
}
