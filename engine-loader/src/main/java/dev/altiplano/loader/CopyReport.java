package dev.altiplano.loader;

/**
 * What a {@link QuantisedCopy} wrote.
 *
 * @param shards files with weights
 * @param resumedShards how many of them an earlier, unfinished run had left
 * @param sourceBytes all tensors of the source
 * @param bytes all tensors of the copy
 * @param quantised linear maps that are stored as codes
 * @param kept linear maps that are stored as plain numbers
 * @param error root of the mean square of what the codes cost, as a share of that of the weights
 */
public record CopyReport(
        int shards,
        int resumedShards,
        long sourceBytes,
        long bytes,
        int quantised,
        int kept,
        double error) {}
