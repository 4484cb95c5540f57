package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * What keys and values of a model may take.
 *
 * @param budgetBytes most bytes in pages of all sequences and the prefix cache, in memory
 * @param sessionBytes most bytes in pages of one sequence
 * @param prefixBytes most bytes in pages that the prefix cache keeps; 0 for none
 * @param folder where a file holds the pages of layers that grow; null to keep them in memory
 * @param fileBytes most bytes in that file
 */
public record KvSettings(
        long budgetBytes,
        long sessionBytes,
        long prefixBytes,
        @Nullable Path folder,
        long fileBytes) {
    /** No limits and no prefix cache. */
    public static KvSettings unlimited() {
        return new KvSettings(Long.MAX_VALUE, Long.MAX_VALUE, 0, null, 0);
    }
}
