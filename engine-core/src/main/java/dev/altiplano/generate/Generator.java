package dev.altiplano.generate;

import dev.altiplano.kernels.Rows;
import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.TokenDecoder;
import dev.altiplano.model.Wish;

import org.jspecify.annotations.Nullable;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CancellationException;
import java.util.function.BooleanSupplier;

/**
 * Writes one answer to a sequence, step by step: first {@link #readPrompt} until it is done, then
 * {@link #next} until {@link #endReason} is there.
 */
public final class Generator {
    private final Sequence sequence;
    private final GenerationPlan plan;
    private final Interruption interruption;
    private final float[] logits;
    private final float[] unchanged; // as the model gave them; empty when nobody asked for scores
    private final Wish silent;
    private final Wish wanted;
    private final TokenCounts counts;
    private final Sampler sampler;
    private final StopText stopText;
    private final @Nullable TokenDecoder decoder;
    private int generated;
    private @Nullable EndReason end;

    /**
     * @param sequence with the prompt appended and at least one token unread
     * @param vocabularySize length of a row of logits
     * @param interruption asked between layers; a reason ends the answer
     */
    public Generator(
            Sequence sequence, GenerationPlan plan, int vocabularySize, Interruption interruption) {
        this.sequence = sequence;
        this.plan = plan;
        this.interruption = interruption;
        logits = new float[vocabularySize];
        unchanged = new float[plan.logProbabilities() < 0 ? 0 : vocabularySize];
        BooleanSupplier cancel = () -> interruption.reason() != null;
        silent = new Wish(null, false, null, cancel);
        wanted = new Wish(this::keep, false, null, cancel);
        counts = new TokenCounts(vocabularySize);
        for (int id : sequence.tokens()) {
            counts.addPrompt(id);
        }
        sampler = new Sampler(plan.sampling(), plan.seed(), vocabularySize, counts);
        stopText = new StopText(plan.stopTexts());
        decoder = plan.tokenizer() == null ? null : plan.tokenizer().decoder();
    }

    /**
     * Heap that an answer takes besides its text, in bytes: logits, candidates and counts of every
     * token of the vocabulary.
     */
    public static long bytes(int vocabularySize) {
        // logits, the same unchanged, weights, two orders of candidates, counts
        return 6L * Float.BYTES * vocabularySize;
    }

    /** Reads one block of the prompt; false when all of it has been read. */
    public boolean readPrompt() {
        if (sequence.read() < sequence.length() && !isInterrupted()) {
            read();
        }
        return sequence.read() < sequence.length() && end == null;
    }

    /** Whether the answer has ended. */
    public Optional<EndReason> endReason() {
        return Optional.ofNullable(end);
    }

    /** Chooses the next token, or empty when the answer ends without one. */
    public Optional<GeneratedToken> next() {
        if (end == null && plan.maxTokens() == 0) {
            end(EndReason.MAX_TOKENS);
        }
        if (end != null || isInterrupted()) {
            return Optional.empty();
        }
        if (sequence.read() < sequence.length()) {
            read();
            if (end != null) {
                return Optional.empty();
            }
        }
        if (sequence.length() >= plan.contextLimit()) {
            end(EndReason.CONTEXT_FULL);
            return Optional.empty();
        }
        return Optional.of(choose());
    }

    /** Text that was held back and is certain now that nothing more comes. */
    public String rest() {
        if (stopText.found() || decoder == null) {
            return "";
        }
        return stopText.add(decoder.finish()) + stopText.rest();
    }

    private GeneratedToken choose() {
        System.arraycopy(logits, 0, unchanged, 0, unchanged.length);
        int id = sampler.choose(logits);
        counts.addGenerated(id);
        sequence.append(id);
        generated++;
        String text = textOf(id);
        if (unchanged.length == 0) {
            return new GeneratedToken(id, text, null, List.of());
        }
        double normaliser = LogProbabilities.normaliser(unchanged);
        return new GeneratedToken(
                id,
                text,
                new ScoredToken(id, unchanged[id] - normaliser),
                LogProbabilities.best(unchanged, normaliser, plan.logProbabilities()));
    }

    private String textOf(int id) {
        if (plan.stopIds().contains(id)) {
            end(EndReason.STOP_TOKEN);
            return "";
        }
        String text = decoder == null ? "" : stopText.add(decoder.next(id));
        if (stopText.found()) {
            end(EndReason.STOP_TEXT);
        } else if (generated == plan.maxTokens()) {
            end(EndReason.MAX_TOKENS);
        }
        return text;
    }

    private boolean isInterrupted() {
        EndReason reason = end == null ? interruption.reason() : null;
        if (reason != null) {
            end(reason);
        }
        return end != null;
    }

    /** Other sequences need not wait for this one any more. */
    private void end(EndReason reason) {
        end = reason;
        sequence.rest();
    }

    private void read() {
        try {
            sequence.readBlock(silent, wanted);
        } catch (CancellationException e) {
            EndReason reason = interruption.reason();
            end(reason == null ? EndReason.CANCELLED : reason);
        }
    }

    private void keep(int position, Rows row) {
        System.arraycopy(row.data(), row.offset(0), logits, 0, logits.length);
        for (float logit : logits) {
            if (!Float.isFinite(logit)) {
                throw new CheckpointException(
                        "a logit after token %d is %s, expected a finite number: the weights hold NaN or"
                                        .formatted(position + 1, logit)
                                + " infinite numbers");
            }
        }
    }
}
