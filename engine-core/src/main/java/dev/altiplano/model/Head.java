package dev.altiplano.model;

import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.RmsNorm;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;

import java.util.Arrays;

/** From the residual stream to logits, a few rows at a time. */
final class Head {
    private final Matrix norm;
    private final Matrix head;
    private final float epsilon;
    private final Rows selected;
    private final Rows logits;
    private final Rows[] single; // [row], made once, so that a step allocates nothing

    /**
     * @param head {@code [vocabulary, hidden]}
     * @param rows most rows at a time
     */
    Head(Matrix norm, Matrix head, float epsilon, int rows) {
        this.norm = norm;
        this.head = head;
        this.epsilon = epsilon;
        selected = Rows.of(rows, head.inputs());
        logits = Rows.of(rows, head.outputs());
        single = new Rows[rows];
        Arrays.setAll(single, row -> logits.part(row, 1));
    }

    /** The logits of the last call {@code [n, vocabulary]}. */
    Rows logits() {
        return logits;
    }

    /** Those of one row. */
    Rows logits(int row) {
        return single[row];
    }

    /**
     * Logits of {@code count} rows of {@code x} from {@code row} on; await before they are read.
     */
    void compute(Rows x, int row, int count, Worker worker) {
        worker.await(1);
        for (int i; (i = worker.next(1)) >= 0; ) {
            selected.resize(count);
            logits.resize(count);
            System.arraycopy(x.data(), x.offset(row), selected.data(), 0, count * selected.width());
        }
        worker.await(count);
        RmsNorm.apply(worker, selected, norm, epsilon, selected);
        worker.await(count);
        Linear.pack(worker, selected);
        worker.await();
        Linear.multiply(worker, head, selected, logits);
    }

    /** The last norm without the head; await before {@code out} is read. */
    void normalise(Rows x, Rows out, Worker worker) {
        RmsNorm.apply(worker, x, norm, epsilon, out);
    }
}
