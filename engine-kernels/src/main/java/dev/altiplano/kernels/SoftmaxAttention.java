package dev.altiplano.kernels;

import java.lang.foreign.MemorySegment;

/**
 * Causal attention over cached keys and values: {@code out = softmax(q k / sqrt(headDim)) v}. Query head
 * {@code h} uses KV head {@code h * kvHeads / heads}.
 *
 * <p>One object serves one step at a time: it owns scratch memory.
 */
public final class SoftmaxAttention {
    private final KvLayout layout;
    private final int heads;
    private final int maxRows;

    /**
     * Takes scratch memory for up to {@code maxRows} query rows.
     *
     * @param heads query heads, a multiple of the layout's KV heads
     * @throws IllegalArgumentException if it is not, or {@code maxRows} is below 1
     */
    public SoftmaxAttention(KvLayout layout, int heads, int maxRows) {
        if (heads < 1 || heads % layout.kvHeads() != 0 || maxRows < 1) {
            throw new IllegalArgumentException(
                    "%d query heads, %d KV heads, %d rows".formatted(heads, layout.kvHeads(), maxRows));
        }
        this.layout = layout;
        this.heads = heads;
        this.maxRows = maxRows;
    }

    /**
     * Loops, with barriers between them: all workers call it, and await before they use {@code out}.
     *
     * @param q {@code [n, heads * headDim]}, not scaled: the kernel applies {@code headDim^(-1/2)}
     * @param pages keys and values; row r attends slots 0 to {@code first + r}
     * @param first slot of row 0
     * @param out {@code [n, heads * headDim]}, not q
     * @throws IllegalArgumentException if a size does not fit
     */
    public void attend(Worker w, Rows q, KvPages pages, int first, Rows out) {
        int width = heads * layout.headDim();
        if (q.width() != width
                || out.width() != width
                || q.count() != out.count()
                || q.count() > maxRows
                || first < 0) {
            throw new IllegalArgumentException(
                    "q is [%d, %d], out is [%d, %d], expected %d heads of %d in up to %d rows; first %d"
                            .formatted(
                                    q.count(), q.width(), out.count(), out.width(),
                                    heads, layout.headDim(), maxRows, first));
        }
        layout.requireRoom(pages, (long) first + q.count());
        for (int i; (i = w.next(q.count() * heads)) >= 0; ) {
            attend(w, q, i / heads, i % heads, pages, first, out);
        }
    }

    private void attend(Worker w, Rows q, int r, int h, KvPages pages, int first, Rows out) {
        int dim = layout.headDim();
        int slots = first + r + 1;
        int head = h / (heads / layout.kvHeads());
        float[] scores = w.scratch(slots);
        float max = Float.NEGATIVE_INFINITY;
        for (int s = 0; s < slots; s++) {
            MemorySegment page = pages.page(s / KvLayout.PAGE);
            float sum = 0;
            for (int d = 0; d < dim; d++) {
                float k = layout.get(page, layout.key(head, s % KvLayout.PAGE, d));
                sum = Math.fma(q.data()[q.offset(r) + h * dim + d], k, sum);
            }
            scores[s] = sum * (float) (1 / Math.sqrt(dim));
            max = Math.max(max, scores[s]);
        }
        float total = 0;
        for (int s = 0; s < slots; s++) {
            scores[s] = (float) StrictMath.exp(scores[s] - max);
            total += scores[s];
        }
        for (int d = 0; d < dim; d++) {
            float sum = 0;
            for (int s = 0; s < slots; s++) {
                MemorySegment page = pages.page(s / KvLayout.PAGE);
                float v = layout.get(page, layout.value(head, s % KvLayout.PAGE, d));
                sum = Math.fma(scores[s], v, sum);
            }
            out.data()[out.offset(r) + h * dim + d] = sum / total;
        }
    }
}
