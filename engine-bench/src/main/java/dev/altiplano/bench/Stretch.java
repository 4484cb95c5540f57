package dev.altiplano.bench;

/**
 * Tokens that follow each other in a sequence.
 *
 * @param from position of the first, from 0
 * @param count how many, at least 1
 */
public record Stretch(long from, int count) {
    /** Checks the numbers. */
    public Stretch {
        if (from < 0 || count < 1) {
            throw new IllegalArgumentException(
                    "%d tokens from position %d on, expected 1 or more from 0 on"
                            .formatted(count, from));
        }
    }

    /** Positions that all of them attend to, each its own included, when nothing is left out. */
    public long seen() {
        return count * (from + 1) + (long) count * (count - 1) / 2;
    }

    /**
     * The same when each sees its own chunk only.
     *
     * @param chunk positions of a chunk, at least 1
     */
    public long seenInChunks(int chunk) {
        long seen = 0;
        for (long position = from; position < from + count; ) {
            long within = position % chunk;
            int together = (int) Math.min(chunk - within, from + count - position);
            seen += new Stretch(within, together).seen();
            position += together;
        }
        return seen;
    }
}
