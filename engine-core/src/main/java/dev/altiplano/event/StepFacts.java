package dev.altiplano.event;

/**
 * A step: one pass over a block of tokens.
 *
 * @param position position of its first token
 * @param tokens tokens in the block, or one of each sequence
 * @param sequences sequences that they belong to
 * @param workers threads that ran it
 * @param experts numbers of the experts chosen for a single token, layer after layer; empty for
 *     more tokens and for models without experts
 * @param expertsRead experts whose weights were read, summed over layers
 * @param attentionNanos time in norms, attention and its projections, as one worker saw it
 * @param feedForwardNanos time in dense networks and mixtures
 * @param headNanos time from the last layer to the logits
 * @param weightBytes weights read, each counted once
 * @param keyValueBytes keys and values that the last token attended to, as they are stored
 */
public record StepFacts(
        int position,
        int tokens,
        int sequences,
        int workers,
        String experts,
        int expertsRead,
        long attentionNanos,
        long feedForwardNanos,
        long headNanos,
        long weightBytes,
        long keyValueBytes) {}
