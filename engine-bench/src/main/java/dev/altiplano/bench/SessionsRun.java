package dev.altiplano.bench;

import dev.altiplano.GenerationEvent;
import dev.altiplano.GenerationRequest;
import dev.altiplano.Llama4Model;
import dev.altiplano.Sampling;
import dev.altiplano.Session;
import dev.altiplano.TokenStream;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.Consumer;

/**
 * How many tokens per second several sessions write at the same time, each on a thread of its own,
 * and how many one of them writes alone.
 *
 * @param sessions sessions at the same time, at least 1
 * @param decodedTokens tokens that each writes, at least 1
 * @param repeats measurements of each, at least 1
 * @param warmUp how long each is warmed up at least, in at least one run
 */
public record SessionsRun(int sessions, int decodedTokens, int repeats, Duration warmUp) {
    private static final long SEED = 5;

    /** Checks the numbers. */
    public SessionsRun {
        if (sessions < 1 || decodedTokens < 1 || repeats < 1) {
            throw new IllegalArgumentException(
                    "%d sessions, %d decoded tokens, %d repeats, expected at least 1 of each"
                            .formatted(sessions, decodedTokens, repeats));
        }
    }

    /**
     * What was found, in tokens per second.
     *
     * @param alone of one session
     * @param together of all sessions in sum
     */
    public record Outcome(Spread alone, Spread together) {
        /** How many times as many tokens all sessions write as one. */
        public double gain() {
            return together.median() / alone.median();
        }
    }

    /** Positions of a sequence. */
    public long positions() {
        return decodedTokens + 2L;
    }

    /**
     * Measures by turns, after warming up.
     *
     * @param progress is told in words what is being done
     */
    public Outcome run(Llama4Model model, Consumer<String> progress) {
        SplittableRandom random = new SplittableRandom(SEED);
        progress.accept("warming up");
        warm(() -> tokensPerSecond(model, 1, random.split()));
        warm(() -> tokensPerSecond(model, sessions, random.split()));
        double[] alone = new double[repeats];
        double[] together = new double[repeats];
        for (int i = 0; i < repeats; i++) {
            progress.accept("measuring %d of %d".formatted(i + 1, repeats));
            alone[i] = tokensPerSecond(model, 1, random.split());
            together[i] = tokensPerSecond(model, sessions, random.split());
        }
        return new Outcome(Spread.of(alone), Spread.of(together));
    }

    private void warm(Runnable work) {
        long start = System.nanoTime();
        do {
            work.run();
        } while (System.nanoTime() - start < warmUp.toNanos());
    }

    private double tokensPerSecond(Llama4Model model, int count, SplittableRandom random) {
        long[] start = {0};
        CyclicBarrier barrier = new CyclicBarrier(count, () -> start[0] = System.nanoTime());
        try (ExecutorService threads = Executors.newFixedThreadPool(count)) {
            List<Future<?>> writers = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                SplittableRandom own = random.split();
                writers.add(threads.submit(() -> write(model, barrier, own)));
            }
            for (Future<?> writer : writers) {
                writer.get();
            }
            double seconds = (System.nanoTime() - start[0]) * 1e-9;
            return (double) count * decodedTokens / seconds;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while measuring", e);
        } catch (ExecutionException e) {
            throw new IllegalStateException("a session has failed", e.getCause());
        }
    }

    /** Reads the prompt and writes one token before the clock starts: what follows is decoding. */
    private void write(Llama4Model model, CyclicBarrier barrier, SplittableRandom random) {
        try (Session session = model.newSession();
                TokenStream answer = session.stream(request(model, random, decodedTokens + 1))) {
            Iterator<GenerationEvent> events = answer.iterator();
            while (!(events.next() instanceof GenerationEvent.Token)) {} // the prompt
            barrier.await();
            while (events.hasNext()) {
                events.next();
            }
        } catch (InterruptedException | BrokenBarrierException e) {
            throw new IllegalStateException("another session has failed", e);
        }
    }

    private static GenerationRequest request(
            Llama4Model model, SplittableRandom random, int tokens) {
        return GenerationRequest.tokens(random.nextInt(model.config().vocabularySize()))
                .maxTokens(tokens)
                .sampling(Sampling.greedy())
                .ignoreStopTokens();
    }
}
