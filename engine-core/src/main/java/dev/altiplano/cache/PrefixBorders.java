package dev.altiplano.cache;

import dev.altiplano.kernels.KvLayout;

/**
 * The positions at which a sequence can be taken up from the prefix cache.
 *
 * <p>Each is a multiple of the block size, counted from the last chunk border, or a chunk border:
 * blocks that are read from there on are the same ones as without the cache. They lie at least a
 * page apart, at the end of short chunks excepted.
 *
 * @param chunkSize positions of a chunk; the largest possible number for none
 * @param blockSize most tokens in one pass
 */
record PrefixBorders(int chunkSize, int blockSize) {
    /** The first border behind {@code position}. */
    long after(int position) {
        if (chunkSize < KvLayout.PAGE) {
            long span = ((KvLayout.PAGE - 1L) / chunkSize + 1) * chunkSize;
            return position - position % span + span;
        }
        int inChunk = position % chunkSize;
        long unit = (long) ((KvLayout.PAGE - 1) / blockSize + 1) * blockSize;
        return position - inChunk + Math.min(chunkSize, (inChunk / unit + 1) * unit);
    }
}
