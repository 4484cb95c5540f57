package dev.altiplano.cache;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;

/**
 * What keys and values of a model may take.
 *
 * @param budgetBytes most bytes in pages of all sequences and the prefix cache, in memory
 * @param sessionBytes most bytes in pages of one sequence
 * @param prefixBytes most bytes in pages that the prefix cache keeps; 0 for none
 * @param growing where a file holds the pages of layers that grow; null to keep them in memory
 * @param prefixes where entries of the prefix cache outlive the process; null for nowhere
 * @param identity what decides about the bits of keys and values besides the tokens
 */
public record KvSettings(
        long budgetBytes,
        long sessionBytes,
        long prefixBytes,
        @Nullable Place growing,
        @Nullable Place prefixes,
        String identity) {
    /**
     * Where files go.
     *
     * @param folder made if it is missing
     * @param bytes most bytes of files in it
     */
    public record Place(Path folder, long bytes) {}

    /** No limits and no prefix cache. */
    public static KvSettings unlimited() {
        return new KvSettings(Long.MAX_VALUE, Long.MAX_VALUE, 0, null, null, "");
    }
}
