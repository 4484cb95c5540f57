package dev.altiplano.cache;

/**
 * What keys and values of a model may take.
 *
 * @param budgetBytes most bytes in pages of all sequences and the prefix cache
 * @param sessionBytes most bytes in pages of one sequence
 * @param prefixBytes most bytes in pages that the prefix cache keeps; 0 for none
 */
public record KvSettings(long budgetBytes, long sessionBytes, long prefixBytes) {
    /** No limits and no prefix cache. */
    public static KvSettings unlimited() {
        return new KvSettings(Long.MAX_VALUE, Long.MAX_VALUE, 0);
    }
}
