package dev.altiplano.kernels;

import org.jspecify.annotations.Nullable;

import java.util.function.BooleanSupplier;

/**
 * Causal attention over cached keys and values: {@code out = softmax(q k / sqrt(headDim)) v}. Query
 * head {@code h} uses KV head {@code h * kvHeads / heads}.
 *
 * <p>One object serves one step at a time: it owns scratch memory.
 */
public final class SoftmaxAttention {
    /**
     * Floats for states of chunks at most; longer contexts are attended to in one piece per KV
     * head.
     */
    private static final int MOST_STATES = 1 << 26;

    /** So many let workers end at about the same time. */
    private static final int ITEMS_PER_WORKER = 8;

    private final KvLayout layout;
    private final int heads;
    private final int maxRows;
    private float[] states = {};
    private BooleanSupplier stop = SoftmaxAttention::never;
    private volatile boolean stopped;

    /**
     * Takes scratch memory for up to {@code maxRows} query rows.
     *
     * @param heads query heads, a multiple of the layout's KV heads
     * @throws IllegalArgumentException if it is not, or {@code maxRows} is below 1
     */
    public SoftmaxAttention(KvLayout layout, int heads, int maxRows) {
        if (heads < 1 || heads % layout.kvHeads() != 0 || maxRows < 1) {
            throw new IllegalArgumentException(
                    "%d query heads, %d KV heads, %d rows"
                            .formatted(heads, layout.kvHeads(), maxRows));
        }
        this.layout = layout;
        this.heads = heads;
        this.maxRows = maxRows;
    }

    private static boolean never() {
        return false;
    }

    /**
     * Says who is asked, now and then and by any worker, whether what follows is still wanted: rows
     * far behind in a sequence attend for seconds. To be called before the workers run.
     *
     * @param stop null for nobody
     */
    public void begin(@Nullable BooleanSupplier stop) {
        this.stop = stop == null ? SoftmaxAttention::never : stop;
        stopped = false;
    }

    /** Whether somebody did not want it any more: then what was written since is of no use. */
    public boolean isStopped() {
        return stopped;
    }

    private boolean stops() {
        if (!stopped && stop.getAsBoolean()) {
            stopped = true;
        }
        return stopped;
    }

    /**
     * Loops, with barriers between them: all workers call it, and await before they use {@code
     * out}.
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
                                    q.count(),
                                    q.width(),
                                    out.count(),
                                    out.width(),
                                    heads,
                                    layout.headDim(),
                                    maxRows,
                                    first));
        }
        layout.requireRoom(pages, (long) first + q.count());
        int chunks = (first + q.count() - 1) / (AttentionBlock.CHUNK * KvLayout.PAGE) + 1;
        boolean few = q.count() <= AttentionBlock.rows(heads / layout.kvHeads());
        // Both ways give the same bits; chunks keep all workers busy when there are few rows.
        if (few && chunks > 1 && stateSize(q.count()) * chunks <= MOST_STATES) {
            attendInChunks(w, q, pages, first, out, chunks);
        } else {
            attendInBlocks(w, q, pages, first, out);
        }
    }

    private void attendInBlocks(Worker w, Rows q, KvPages pages, int first, Rows out) {
        int rows = rowsPerBlock(w, q.count());
        int blocks = (q.count() + rows - 1) / rows;
        AttentionBlock block = w.scratch.attention(layout, heads);
        for (int item; (item = w.next(blocks * layout.kvHeads())) >= 0; ) {
            int row = (blocks - 1 - item / layout.kvHeads()) * rows; // the longest first
            int count = Math.min(rows, q.count() - row);
            int chunks = (first + row + count - 1) / (AttentionBlock.CHUNK * KvLayout.PAGE) + 1;
            block.begin(q, row, count, item % layout.kvHeads());
            for (int chunk = 0; chunk < chunks && !stops(); chunk++) {
                block.attend(pages, chunk, first + row);
                block.fold();
            }
            block.finish(out);
        }
    }

    /** Whole bands, as many as leave several blocks for each worker. */
    private int rowsPerBlock(Worker w, int count) {
        int rows = AttentionBlock.rows(heads / layout.kvHeads());
        int bands = (count + rows - 1) / rows;
        int share = bands * layout.kvHeads() / (ITEMS_PER_WORKER * w.count());
        return rows * Math.clamp(share, 1, AttentionBlock.MOST_BANDS);
    }

    private void attendInChunks(Worker w, Rows q, KvPages pages, int first, Rows out, int chunks) {
        int kvHeads = layout.kvHeads();
        AttentionBlock block = w.scratch.attention(layout, heads);
        int size = (int) stateSize(q.count()) / kvHeads;
        float[] states = states(stateSize(q.count()) * chunks);
        for (int item; (item = w.next(chunks * kvHeads)) >= 0; ) {
            block.begin(q, 0, q.count(), item % kvHeads);
            block.attend(pages, item / kvHeads, first);
            block.save(states, item * size);
        }
        w.await();
        for (int head; (head = w.next(kvHeads)) >= 0; ) {
            block.begin(q, 0, q.count(), head);
            for (int chunk = 0; chunk < chunks; chunk++) {
                block.fold(states, (chunk * kvHeads + head) * size);
            }
            block.finish(out);
        }
    }

    /** Floats of the states of one chunk. */
    private long stateSize(int rows) {
        return (long) rows * heads * AttentionBlock.record(layout);
    }

    /** Room for the states of all chunks; grows to the double, so rarely. */
    private synchronized float[] states(long size) {
        if (states.length < size) {
            states = new float[(int) Math.min(2 * size, MOST_STATES)];
        }
        return states;
    }
}
