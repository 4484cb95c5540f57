package dev.altiplano.generate;

import org.jspecify.annotations.Nullable;

import java.util.List;

/**
 * One step of an answer.
 *
 * @param id the token chosen
 * @param text what became certain of the text with this token; may be empty
 * @param score the chosen token's, if asked for
 * @param best the most probable tokens, best first, if asked for
 */
public record GeneratedToken(
        int id, String text, @Nullable ScoredToken score, List<ScoredToken> best) {}
