package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.altiplano.cache.KvCache;
import dev.altiplano.generate.GenerationPlan;
import dev.altiplano.generate.Generator;
import dev.altiplano.generate.Sequence;
import dev.altiplano.kernels.KvType;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.model.LogitsSink;
import dev.altiplano.model.Reader;
import dev.altiplano.model.TextModel;
import dev.altiplano.model.Wish;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadInfo;
import java.util.Arrays;
import java.util.Objects;

class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final int TOKENS = 100;

    /** Far more than the compiler needs; a loop that allocates fails in every one of them. */
    private static final int ROUNDS = 200;

    @ParameterizedTest
    @CsvSource({"1, F32", "2, F32", "2, BF16"})
    void readingATokenAllocatesNothingOnceWarm(int threads, KvType type) {
        try (Checkpoint checkpoint = Checkpoint.open(Demo.FOLDER);
                TextModel model =
                        new TextModel(
                                checkpoint.config(),
                                checkpoint.text(),
                                KeyValues.of(checkpoint.config(), type),
                                threads,
                                32)) {
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least > 0; round++) {
                least = Math.min(least, bytesOfARound(model, checkpoint));
            }

            assertThat(least).as("bytes allocated by %d tokens", TOKENS).isZero();
        }
    }

    @Test
    void aTokenOfAnAnswerAllocatesItsOwnWordsOnly() {
        try (Llama4Model model =
                Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().threads(1))) {
            int vocabulary = model.config().vocabularySize();
            long least = Long.MAX_VALUE;
            for (int round = 0; round < ROUNDS && least >= vocabulary; round++) {
                least = Math.min(least, leastBytesOfAnAnswer(model));
            }

            // ids, text and six scores; an array of the vocabulary would take at least a byte each
            assertThat(least).isLessThan(vocabulary);
        }
    }

    /** Of the token that allocates least; the answer may be short. */
    private static long leastBytesOfAnAnswer(Llama4Model model) {
        long least = Long.MAX_VALUE;
        try (Sequence sequence = model.newSequence()) {
            sequence.append(1);
            GenerationPlan plan = model.plan(1, GenerationRequest.tokens(1).logProbabilities(5));
            int vocabulary = model.config().vocabularySize();
            Generator generator = new Generator(sequence, plan, vocabulary, () -> null);
            while (generator.next().isPresent() && sequence.length() < 500) {
                long before = THREADS.getCurrentThreadAllocatedBytes();
                generator.next();
                least = Math.min(least, THREADS.getCurrentThreadAllocatedBytes() - before);
            }
        }
        return least;
    }

    /** Starts behind the first pages of keys and values and ends before the next ones. */
    private static long bytesOfARound(TextModel model, Checkpoint checkpoint) {
        int[] ids = {1};
        float[] logits = new float[checkpoint.config().vocabularySize()];
        LogitsSink sink =
                (position, rows) -> System.arraycopy(rows.data(), 0, logits, 0, logits.length);
        Wish wish = new Wish(sink, false, null, () -> false);
        long[] workers = workers();
        try (KvCache cache = model.newCache()) {
            Reader reader = model.newReader(cache);
            reader.read(ids, 0, 1, wish);
            long before = allocatedBy(workers) + THREADS.getCurrentThreadAllocatedBytes();
            for (int i = 0; i < TOKENS; i++) {
                ids[0] = 1 + i * 37 % 900;
                reader.read(ids, 0, 1, wish);
            }
            return THREADS.getCurrentThreadAllocatedBytes() + allocatedBy(workers) - before;
        }
    }

    /** Looked up outside of what is measured, because the look-up allocates. */
    private static long[] workers() {
        return Arrays.stream(THREADS.getThreadInfo(THREADS.getAllThreadIds()))
                .filter(Objects::nonNull)
                .filter(info -> info.getThreadName().startsWith("altiplano-worker"))
                .mapToLong(ThreadInfo::getThreadId)
                .toArray();
    }

    private static long allocatedBy(long[] threads) {
        long bytes = 0;
        for (long thread : threads) {
            bytes += THREADS.getThreadAllocatedBytes(thread);
        }
        return bytes;
    }
}
