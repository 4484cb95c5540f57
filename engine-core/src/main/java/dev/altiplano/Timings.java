package dev.altiplano;

import java.time.Duration;

/**
 * Where the time of an answer went.
 *
 * @param prefill reading the prompt, up to the choice of the first token
 * @param decode all tokens after the first
 * @param promptTokens tokens read in the prefill
 * @param decodedTokens tokens written in the decode time
 */
public record Timings(Duration prefill, Duration decode, int promptTokens, int decodedTokens) {
    /** Prompt tokens per second; 0 when there were none. */
    public double prefillTokensPerSecond() {
        return perSecond(promptTokens, prefill);
    }

    /** Written tokens per second; 0 when there were fewer than two. */
    public double decodeTokensPerSecond() {
        return perSecond(decodedTokens, decode);
    }

    private static double perSecond(int tokens, Duration time) {
        return time.isZero() ? 0 : tokens / (time.toNanos() * 1e-9);
    }
}
