package dev.altiplano;

import dev.altiplano.generate.GeneratedToken;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Generator;
import dev.altiplano.generate.Interruption;
import dev.altiplano.generate.ScoredToken;
import dev.altiplano.loader.Tokenizer;

import java.util.List;
import java.util.Optional;

/**
 * An answer in the making.
 *
 * @param interruption what may end it early
 * @param place among the answers that are being made
 */
record Answer(
        Generator generator, GenerationPlan plan, Interruption interruption, Places.Place place) {

    /** The probabilities behind a token, if they were asked for. */
    Optional<GenerationResult.Scores> scores(GeneratedToken token) {
        if (token.score() == null) {
            return Optional.empty();
        }
        List<TokenScore> best = token.best().stream().map(this::named).toList();
        return Optional.of(new GenerationResult.Scores(named(token.score()), best));
    }

    private TokenScore named(ScoredToken token) {
        Tokenizer tokenizer = plan.tokenizer();
        String text = tokenizer == null ? "" : tokenizer.decode(token.id());
        return new TokenScore(token.id(), text, token.logProbability());
    }
}
