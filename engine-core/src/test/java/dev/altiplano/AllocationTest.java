package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;

import dev.altiplano.generate.Sequence;

import org.junit.jupiter.api.Test;

import java.lang.management.ManagementFactory;

class AllocationTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

    @Test
    void readingATokenAllocatesNothingOnceWarm() {
        try (Llama4Model model = Llama4Model.open(Demo.FOLDER, ModelOptions.defaults().threads(2));
                Sequence sequence = model.newSequence()) {
            float[] logits = new float[model.config().vocabularySize()];
            decode(sequence, logits, 3000); // also takes the pages that come next

            long bytes = decode(sequence, logits, 100);

            // the sink and the wish of each call are the caller's: under 200 bytes a token
            assertThat(bytes / 100).isLessThan(200);
        }
    }

    private static long decode(Sequence sequence, float[] logits, int tokens) {
        long before = allocated();
        for (int i = 0; i < tokens; i++) {
            sequence.append(1 + i % 900);
            sequence.readAll(
                    false,
                    (position, row) -> System.arraycopy(row.data(), 0, logits, 0, logits.length));
        }
        return allocated() - before;
    }

    private static long allocated() {
        return THREADS.getTotalThreadAllocatedBytes();
    }
}
