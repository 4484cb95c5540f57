package dev.altiplano.bench.jmh;

import dev.altiplano.GenerationRequest;
import dev.altiplano.GenerationResult;
import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.Sampling;
import dev.altiplano.bench.Stretch;
import dev.altiplano.bench.TokenWork;
import dev.altiplano.bench.jmh.Counters.Arithmetic;
import dev.altiplano.bench.jmh.Counters.Tokens;
import dev.altiplano.bench.jmh.Counters.Traffic;
import dev.altiplano.loader.Checkpoint;

import org.jspecify.annotations.NullUnmarked;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

import java.io.IOException;
import java.util.SplittableRandom;

/** Whole answers: tokens per second, and how close they come to the limits. */
@State(Scope.Benchmark)
@NullUnmarked // filled by the set-up
public class GenerationBenchmark extends Timed {
    private static final int PROMPT = 256;
    private static final int ANSWER = 33;

    /** Which model: a trained small one, or a layer pattern of Scout with a fifth of its widths. */
    @Param({"DEMO", "FIFTH_OF_SCOUT"})
    public MeasuredModel model;

    private MeasuredModel.Folder folder;
    private Llama4Model opened;
    private GenerationRequest prompt;
    private GenerationRequest answer;
    private double promptFlops;
    private double answerBytes;

    /** Opens the model. */
    @Setup(Level.Trial)
    public void open(Team team) throws IOException {
        folder = model.folder();
        opened =
                Llama4Model.open(
                        folder.path(),
                        ModelOptions.defaults().prefixCache(0).threads(team.count()));
        prompt = request(PROMPT, 1);
        answer = request(1, ANSWER);
        try (Checkpoint checkpoint = Checkpoint.open(folder.path())) {
            TokenWork work = TokenWork.of(checkpoint);
            promptFlops = PROMPT * work.prefillOperations(new Stretch(0, PROMPT));
            answerBytes = ANSWER * work.decodeBytes(new Stretch(0, ANSWER));
        }
        check();
    }

    private GenerationRequest request(int promptTokens, int answerTokens) {
        int[] ids =
                new SplittableRandom(4)
                        .ints(promptTokens, 0, opened.config().vocabularySize())
                        .toArray();
        return GenerationRequest.tokens(ids)
                .maxTokens(answerTokens)
                .sampling(Sampling.greedy())
                .ignoreStopTokens();
    }

    /** The best logit after each token decides, whatever the prompt was cut into. */
    @TearDown(Level.Iteration)
    public void check() {
        int[] all = new int[ANSWER];
        GenerationResult result = opened.generate(answer);
        all[0] = new SplittableRandom(4).nextInt(opened.config().vocabularySize());
        for (int i = 1; i < ANSWER; i++) {
            all[i] = result.tokens().get(i - 1);
        }
        opened.logits(
                all,
                true,
                (position, logits) -> {
                    float best = Float.NEGATIVE_INFINITY;
                    for (float logit : logits) {
                        best = Math.max(best, logit);
                    }
                    int chosen = result.tokens().get(position);
                    Checks.close("logit of token " + position, logits[chosen], best, 1e-3);
                });
    }

    /** Reads 256 tokens. */
    @Benchmark
    public GenerationResult prefill(Tokens tokens, Arithmetic arithmetic) {
        tokens.tokens += PROMPT;
        arithmetic.flops += (long) promptFlops;
        return opened.generate(prompt);
    }

    /** Reads one token and writes 32 more after the first. */
    @Benchmark
    public GenerationResult decode(Tokens tokens, Traffic traffic) {
        tokens.tokens += ANSWER;
        traffic.bytes += (long) answerBytes;
        return opened.generate(answer);
    }

    /** Closes the model. */
    @TearDown(Level.Trial)
    public void close() throws IOException {
        opened.close();
        folder.close();
    }
}
