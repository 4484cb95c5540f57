package dev.altiplano;

/**
 * A token and how probable the model held it, before temperature, penalties and filters.
 *
 * @param id token id
 * @param text the token's text; empty without a tokenizer, U+FFFD where a character spans tokens
 * @param logProbability natural logarithm of the probability, at most 0
 */
public record TokenScore(int id, String text, double logProbability) {}
