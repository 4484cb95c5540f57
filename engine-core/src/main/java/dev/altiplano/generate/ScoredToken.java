package dev.altiplano.generate;

/**
 * A token and how probable the model held it, before temperature, penalties and filters.
 *
 * @param logProbability natural logarithm, at most 0
 */
public record ScoredToken(int id, double logProbability) {}
