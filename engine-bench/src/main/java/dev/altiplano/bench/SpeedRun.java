package dev.altiplano.bench;

import dev.altiplano.GenerationRequest;
import dev.altiplano.Llama4Model;
import dev.altiplano.Sampling;
import dev.altiplano.Session;
import dev.altiplano.Timings;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * How fast a model reads a prompt of random tokens, and how fast it writes after one token, both
 * behind so many tokens as a depth says.
 *
 * @param promptTokens tokens to read; 0 leaves reading out
 * @param decodedTokens tokens to write; 0 leaves writing out
 * @param repeats measurements of each, at least 1
 * @param depths tokens that the sequence holds before, each at least 0; ascending, at least one
 * @param warmUp how long each quantity is warmed up at least, in at least one run
 */
public record SpeedRun(
        int promptTokens, int decodedTokens, int repeats, List<Integer> depths, Duration warmUp) {
    private static final int WARM_DECODED = 8;
    private static final long SEED = 4;

    /** Checks the numbers. */
    public SpeedRun {
        if (promptTokens < 0 || decodedTokens < 0 || (long) promptTokens + decodedTokens == 0) {
            throw new IllegalArgumentException(
                    "%d prompt tokens and %d decoded tokens, expected one of them above 0"
                            .formatted(promptTokens, decodedTokens));
        }
        if (repeats < 1) {
            throw new IllegalArgumentException("%d repeats, expected 1 or more".formatted(repeats));
        }
        if (depths.isEmpty() || depths.stream().anyMatch(depth -> depth < 0)) {
            throw new IllegalArgumentException(
                    "depths are %s, expected at least one, each 0 or more".formatted(depths));
        }
        if (warmUp.isNegative()) {
            throw new IllegalArgumentException(
                    "warming up takes %d ms, expected 0 or more".formatted(warmUp.toMillis()));
        }
        depths = depths.stream().sorted().distinct().toList();
    }

    /**
     * Tokens per second at one depth.
     *
     * @param depth tokens that the sequence held before
     * @param prefill prompt tokens per second, if measured
     * @param decode written tokens per second, if measured
     */
    public record Speed(int depth, Optional<Spread> prefill, Optional<Spread> decode) {}

    /**
     * What was found.
     *
     * @param speeds one per depth, ascending
     * @param limits what the machine could do in between
     */
    public record Outcome(List<Speed> speeds, Limits limits) {}

    /** Positions of the longest sequence. */
    public long positions() {
        return (long) depths.getLast() + Math.max(promptTokens + 1L, decodedTokens + 2L);
    }

    /** What is read at a depth, if anything. */
    public Optional<Stretch> prompt(int depth) {
        return promptTokens == 0 ? Optional.empty() : Optional.of(new Stretch(depth, promptTokens));
    }

    /** What is written at a depth, if anything; one token is read before, to start from. */
    public Optional<Stretch> answer(int depth) {
        return decodedTokens == 0
                ? Optional.empty()
                : Optional.of(new Stretch(depth + 1L, decodedTokens));
    }

    /**
     * Measures, after warming up. Depths take turns, and the limits are looked at before each turn.
     *
     * @param probe of the threads that the model has
     * @param progress is told in words what is being done
     */
    public Outcome run(Llama4Model model, LimitProbe probe, Consumer<String> progress) {
        return new Run(model, new Limits.Log(probe), progress).measure();
    }

    /** One run in progress. */
    private final class Run {
        private final Llama4Model model;
        private final Limits.Log limits;
        private final Consumer<String> progress;
        private final SplittableRandom random = new SplittableRandom(SEED);

        Run(Llama4Model model, Limits.Log limits, Consumer<String> progress) {
            this.model = model;
            this.limits = limits;
            this.progress = progress;
        }

        Outcome measure() {
            warmUp();
            double[][] prefill = new double[depths.size()][repeats];
            double[][] decode = new double[depths.size()][repeats];
            for (int i = 0; i < repeats; i++) {
                String turn = "measuring %d of %d".formatted(i + 1, repeats);
                if (promptTokens > 0) {
                    walk(turn + ", prefill", i, prefill, this::prefillSpeed);
                }
                if (decodedTokens > 0) {
                    walk(turn + ", decode", i, decode, this::decodeSpeed);
                }
            }
            limits.sample();
            List<Speed> speeds = new ArrayList<>();
            for (int d = 0; d < depths.size(); d++) {
                speeds.add(
                        new Speed(
                                depths.get(d),
                                spread(promptTokens, prefill[d]),
                                spread(decodedTokens, decode[d])));
            }
            return new Outcome(List.copyOf(speeds), limits.limits());
        }

        private void warmUp() {
            progress.accept("warming up");
            if (promptTokens > 0) {
                repeatWhileCold(() -> model.generate(request(promptTokens, 1)));
            }
            if (decodedTokens > 0) {
                int answer = Math.min(decodedTokens, WARM_DECODED) + 1;
                repeatWhileCold(() -> model.generate(request(1, answer)));
            }
        }

        private void repeatWhileCold(Runnable work) {
            long start = System.nanoTime();
            do {
                work.run();
            } while (System.nanoTime() - start < warmUp.toNanos());
        }

        /** Measures at every depth, in one sequence where that is long enough for all. */
        private void walk(String words, int repeat, double[][] speeds, Measurement measurement) {
            limits.sample();
            Session session = model.newSession();
            try {
                for (int d = 0; d < depths.size(); d++) {
                    int depth = depths.get(d);
                    progress.accept("%s at %d".formatted(words, depth));
                    if (session.length() >= depth && session.length() > 0) {
                        session.close();
                        session = model.newSession();
                    }
                    fill(session, depth - session.length());
                    speeds[d][repeat] = measurement.tokensPerSecond(session);
                }
            } finally {
                session.close();
            }
        }

        private void fill(Session session, int count) {
            if (count > 0) {
                session.generate(request(count, 0));
            }
        }

        private double prefillSpeed(Session session) {
            return timings(session, promptTokens, 1).prefillTokensPerSecond();
        }

        private double decodeSpeed(Session session) {
            return timings(session, 1, decodedTokens + 1).decodeTokensPerSecond();
        }

        private Timings timings(Session session, int prompt, int answer) {
            return session.generate(request(prompt, answer)).timings();
        }

        private GenerationRequest request(int prompt, int answer) {
            int vocabulary = model.config().vocabularySize();
            int[] ids = random.ints(prompt, 0, vocabulary).toArray(); // for different experts
            return GenerationRequest.tokens(ids)
                    .maxTokens(answer)
                    .sampling(Sampling.greedy())
                    .ignoreStopTokens();
        }
    }

    /** One measurement in a sequence of the wanted depth. */
    @FunctionalInterface
    private interface Measurement {
        double tokensPerSecond(Session session);
    }

    private static Optional<Spread> spread(int tokens, double[] speeds) {
        return tokens == 0 ? Optional.empty() : Optional.of(Spread.of(speeds));
    }
}
