package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.kernels.internal.Weights;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicInteger;

class SoftmaxAttentionTest {
    private final Seed seed = new Seed();
    private final Arena arena = Arena.ofShared();

    @AfterEach
    void freePages() {
        arena.close();
    }

    @ParameterizedTest
    @CsvSource({
        "3, 6, 20, 1, 0",
        "3, 6, 20, 7, 0",
        "1, 1, 8, 40, 0",
        "2, 2, 16, 3, 254",
        "2, 10, 128, 2, 255",
        "1, 5, 128, 30, 500",
        "3, 6, 8, 1, 1023",
        "3, 6, 8, 1, 1024",
        "2, 6, 24, 5, 2500",
        "1, 2, 33, 100, 200",
        "1, 80, 16, 3, 10",
        "2, 4, 512, 2, 20"
    })
    void equalsTheFormulaInDoublePrecision(int kvHeads, int heads, int dim, int count, int first) {
        Case c = new Case(kvHeads, heads, dim, KvType.F32, count, first);

        Rows out = c.attend(2, 0, count);

        for (int r = 0; r < count; r++) {
            for (int h = 0; h < heads; h++) {
                double[] expected = c.expected(r, h);
                for (int d = 0; d < dim; d++) {
                    // outputs are below 1; weights and sums have relative errors near 1e-6
                    assertThat((double) out.data()[out.offset(r) + h * dim + d])
                            .as("row %d head %d element %d, %s", r, h, d, seed.hint())
                            .isCloseTo(expected[d], within(2e-6));
                }
            }
        }
    }

    @Test
    void readsKeysAndValuesStoredAsBf16() {
        Case c = new Case(2, 4, 20, KvType.BF16, 3, 300);

        Rows out = c.attend(2, 0, 3);

        for (int h = 0; h < 4; h++) {
            double[] expected = c.expected(2, h);
            for (int d = 0; d < 20; d++) {
                assertThat((double) out.data()[out.offset(2) + h * 20 + d])
                        .as(seed.hint())
                        .isCloseTo(expected[d], within(2e-6)); // expected() rounds to BF16, too
            }
        }
    }

    /** Odd and small sizes, few and many queries, several pages. */
    @ParameterizedTest
    @CsvSource({
        "2, 4, 20, 3, 300",
        "1, 5, 128, 1, 700",
        "1, 1, 8, 40, 0",
        "3, 6, 33, 1, 1024",
        "2, 8, 64, 50, 230",
        "1, 2, 1, 9, 17"
    })
    void readsKeysAndValuesStoredAsFp8(int kvHeads, int heads, int dim, int count, int first) {
        Case c = new Case(kvHeads, heads, dim, KvType.FP8, count, first);

        Rows out = c.attend(2, 0, count);

        for (int r = 0; r < count; r++) {
            for (int h = 0; h < heads; h++) {
                double[] expected = c.expected(r, h); // of what codes and scales stand for
                for (int d = 0; d < dim; d++) {
                    assertThat((double) out.data()[out.offset(r) + h * dim + d])
                            .as("row %d head %d element %d, %s", r, h, d, seed.hint())
                            .isCloseTo(expected[d], within(3e-6));
                }
            }
        }
    }

    @Test
    void zerosAndNaNSurviveScales() {
        KvLayout layout = new KvLayout(1, 4, KvType.FP8);
        KvPages pages = new KvPages();
        pages.add(arena.allocate(layout.pageBytes()).fill((byte) 0x7F)); // NaN wherever unused
        Rows k = Rows.of(2, 4);
        Rows v = Rows.of(2, 4);
        v.data()[1] = 3;
        Rows out = Rows.of(2, 4);
        try (Workers workers = new Workers(1)) {
            workers.run(w -> layout.store(w, pages, k, v));
            workers.run(w -> new SoftmaxAttention(layout, 1, 2).attend(w, k, pages, 0, out));
            assertThat(out.data()).containsExactly(0, 3, 0, 0, 0, 1.5f, 0, 0);

            v.data()[5] = Float.NaN;
            workers.run(w -> layout.store(w, pages, k, v));
            workers.run(w -> new SoftmaxAttention(layout, 1, 2).attend(w, k, pages, 0, out));
            assertThat(out.data()[5]).isNaN(); // and no number that hides it
        }
    }

    @ParameterizedTest
    @EnumSource(KvType.class)
    void aCopyOfAPageHoldsItsFirstSlotsAndNothingElse(KvType type) {
        int slots = 37;
        Case c = new Case(2, 4, 20, type, 1, slots - 1);
        MemorySegment garbage = arena.allocate(c.layout.pageBytes()).fill((byte) 0x55);
        KvPages copied = new KvPages();
        copied.add(garbage);

        c.layout.copy(c.pages.page(0), garbage, slots);

        SoftmaxAttention attention = new SoftmaxAttention(c.layout, 4, 1);
        Rows out = Rows.of(1, 80);
        try (Workers workers = new Workers(1)) {
            workers.run(w -> attention.attend(w, c.q, copied, slots - 1, out));
        }
        assertThat(out.data()).isEqualTo(c.attend(1, 0, 1).data());
        MemorySegment none = arena.allocate(c.layout.pageBytes());
        c.layout.copy(c.pages.page(0), garbage, 0);
        assertThat(garbage.mismatch(none)).isEqualTo(-1);
    }

    @ParameterizedTest
    @CsvSource({"F32, 40", "BF16, 40", "F32, 128", "BF16, 128"}) // padded, and as Llama 4 has it
    void givesTheSameBitsOnAnyNumberOfThreadsAndForAnyCutOfTheRows(KvType type, int dim) {
        Case c = new Case(2, 10, dim, type, 37, 1500);
        float[] whole = c.attend(1, 0, 37).data();

        assertThat(c.attend(2, 0, 37).data()).as(seed.hint()).isEqualTo(whole);
        assertThat(c.attend(3, 0, 37).data()).as(seed.hint()).isEqualTo(whole);
        for (int[] part : new int[][] {{0, 1}, {3, 1}, {5, 2}, {36, 1}, {10, 20}, {30, 7}}) {
            float[] alone = c.attend(2, part[0], part[1]).data();
            for (int i = 0; i < alone.length; i++) {
                assertThat(alone[i])
                        .as("rows %d+%d, %s", part[0], part[1], seed.hint())
                        .isEqualTo(whole[part[0] * 10 * dim + i]);
            }
        }
    }

    /** Rows on both sides of a border of pages or of chunks, with up to four bands in a block. */
    @ParameterizedTest
    @CsvSource({
        "8, 40, 24, F32, 130, 200",
        "8, 40, 24, BF16, 130, 200",
        "8, 40, 24, FP8, 130, 200",
        "16, 16, 33, F32, 250, 900",
        "16, 80, 40, BF16, 120, 980",
        "8, 640, 20, F32, 9, 1020",
        "8, 8, 512, F32, 250, 100"
    })
    void bandsThatShareADecodedPageHaveTheBitsOfBandsThatDoNot(
            int kvHeads, int heads, int dim, KvType type, int count, int first) {
        Case c = new Case(kvHeads, heads, dim, type, count, first);
        float[] shared = c.attend(1, 0, count).data();

        for (int threads : new int[] {2, 3, 8}) {
            assertThat(c.attend(threads, 0, count).data())
                    .as("%d threads, %s", threads, seed.hint())
                    .isEqualTo(shared);
        }
        for (int row = 0; row < count; row += 7) {
            int from = row * heads * dim;
            assertThat(c.attend(2, row, 1).data())
                    .as("row %d, %s", row, seed.hint())
                    .isEqualTo(Arrays.copyOfRange(shared, from, from + heads * dim));
        }
    }

    @Test
    void endsEarlyWhenNobodyWantsItAndStartsAfresh() {
        Case c = new Case(2, 4, 20, KvType.F32, 200, 3000);
        SoftmaxAttention attention = new SoftmaxAttention(c.layout, 4, 200);
        AtomicInteger asked = new AtomicInteger();
        Rows out = Rows.of(200, 80);
        try (Workers workers = new Workers(2)) {
            attention.begin(() -> asked.incrementAndGet() >= 5);
            workers.run(w -> attention.attend(w, c.q, c.pages, c.first, out));
            assertThat(attention.isStopped()).isTrue();
            assertThat(asked.get()).isLessThan(10); // of the dozens that all would take

            attention.begin(null);
            workers.run(w -> attention.attend(w, c.q, c.pages, c.first, out));
            assertThat(attention.isStopped()).isFalse();
        }
        assertThat(out.data()).isEqualTo(c.attend(1, 0, 200).data());
    }

    @Test
    void namesSizesThatDoNotFit() {
        KvLayout layout = new KvLayout(2, 16, KvType.F32);

        assertThatThrownBy(() -> new SoftmaxAttention(layout, 5, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("5 query heads, 2 KV heads, 1 rows");
        assertThatThrownBy(() -> layout.requireRoom(new KvPages(), 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("1 slots in 0 pages of 256");
        assertThatThrownBy(() -> new KvLayout(1, 513, KvType.F32))
                .hasMessage("1 KV heads of 513 elements, expected at least 1 head of 1 to 512");
    }

    /** A cache filled with random keys and values, and queries for its last slots. */
    private final class Case {
        final int kvHeads;
        final int heads;
        final int dim;
        final int first;
        final KvLayout layout;
        final KvPages pages = new KvPages();
        final Rows q;
        final Rows k;
        final Rows v;

        Case(int kvHeads, int heads, int dim, KvType type, int count, int first) {
            this.kvHeads = kvHeads;
            this.heads = heads;
            this.dim = dim;
            this.first = first;
            layout = new KvLayout(kvHeads, dim, type);
            q = seed.rows(count, heads * dim);
            int slots = first + count;
            k = seed.rows(slots, kvHeads * dim);
            v = seed.rows(slots, kvHeads * dim);
            for (int p = 0; p * KvLayout.PAGE < slots; p++) {
                pages.add(arena.allocate(layout.pageBytes()));
            }
            try (Workers workers = new Workers(2)) {
                int half = slots / 2;
                if (half > 0) {
                    Rows k1 = k.part(0, half);
                    Rows v1 = v.part(0, half);
                    workers.run(w -> layout.store(w, pages, k1, v1));
                    pages.fill(half);
                }
                Rows k2 = k.part(half, slots - half);
                Rows v2 = v.part(half, slots - half);
                workers.run(w -> layout.store(w, pages, k2, v2));
            }
            switch (type) {
                case F32 -> {}
                case BF16 -> {
                    round(k);
                    round(v);
                }
                case FP8 -> {
                    roundScaled(k);
                    roundScaled(v);
                }
            }
        }

        /** To what codes stand for; E4m3Test knows that the codes are right. */
        private void roundScaled(Rows rows) {
            float[] x = rows.data();
            for (int at = 0; at < x.length; at += dim) {
                float largest = 0;
                for (int d = 0; d < dim; d++) {
                    largest = Math.max(largest, Math.abs(x[at + d]));
                }
                float scale = largest / 448;
                for (int d = 0; d < dim; d++) {
                    MemorySegment code =
                            MemorySegment.ofArray(new byte[] {E4m3.of(x[at + d] / scale)});
                    x[at + d] = Weights.at(code, DType.F8_E4M3, 0) * scale;
                }
            }
        }

        private void round(Rows rows) {
            for (int i = 0; i < rows.data().length; i++) {
                rows.data()[i] = Float.intBitsToFloat(KvLayout.bf16(rows.data()[i]) << 16);
            }
        }

        Rows attend(int threads, int from, int rows) {
            SoftmaxAttention attention = new SoftmaxAttention(layout, heads, rows);
            Rows out = Rows.of(rows, heads * dim);
            try (Workers workers = new Workers(threads)) {
                workers.run(w -> attention.attend(w, q.part(from, rows), pages, first + from, out));
            }
            return out;
        }

        double[] expected(int row, int head) {
            int kv = head / (heads / kvHeads);
            int slots = first + row + 1;
            double[] p = new double[slots];
            double max = Double.NEGATIVE_INFINITY;
            for (int s = 0; s < slots; s++) {
                for (int d = 0; d < dim; d++) {
                    p[s] +=
                            (double) q.data()[q.offset(row) + head * dim + d]
                                    * k.data()[k.offset(s) + kv * dim + d];
                }
                p[s] /= Math.sqrt(dim);
                max = Math.max(max, p[s]);
            }
            double sum = 0;
            for (int s = 0; s < slots; s++) {
                p[s] = Math.exp(p[s] - max);
                sum += p[s];
            }
            double[] out = new double[dim];
            for (int s = 0; s < slots; s++) {
                for (int d = 0; d < dim; d++) {
                    out[d] += p[s] / sum * v.data()[v.offset(s) + kv * dim + d];
                }
            }
            return out;
        }
    }
}
