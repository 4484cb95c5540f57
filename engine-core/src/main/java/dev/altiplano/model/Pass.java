package dev.altiplano.model;

import dev.altiplano.kernels.Embedding;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;

import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * One pass as all workers run it: embedding, layers, logits. It can stop between two layers and go
 * on later. Reused, so that a step allocates nothing.
 */
final class Pass implements Workers.Region {
    /** Rows of logits made at once when all positions are wanted: 13 MB for Llama 4's words. */
    static final int LOGIT_ROWS = 16;

    private final Step step;
    private final Matrix embedding;
    private final List<DecoderLayer> layers;
    private final Head head;
    private final BooleanSupplier pauses;
    private boolean shared;
    private boolean stoppable;
    private int first; // layer to begin with
    private int stop; // layer before which it stopped, or the number of layers
    private boolean stopped;
    private boolean cancelled;

    /**
     * @param pauses asked between layers whether to stop there
     */
    Pass(
            Step step,
            Matrix embedding,
            List<DecoderLayer> layers,
            Head head,
            BooleanSupplier pauses) {
        this.step = step;
        this.embedding = embedding;
        this.layers = layers;
        this.head = head;
        this.pauses = pauses;
    }

    /**
     * Prepares a pass over what the step holds.
     *
     * @param shared whether it serves several sequences, or could
     */
    void begin(boolean shared) {
        this.shared = shared;
        stoppable = step.reader(0).wish().cancellable();
        first = 0;
        stop = 0;
        stopped = false;
        cancelled = false;
    }

    /** Whether everybody has lost interest in it; it is over then. */
    boolean isCancelled() {
        return cancelled;
    }

    /** Whether it has stopped for a pause. */
    boolean isPaused() {
        return stopped && !cancelled;
    }

    /** Goes on after a pause when it is run the next time. */
    void resume() {
        first = stop;
        stopped = false;
    }

    /** Rows times layers of the last run, at least 1. */
    int work() {
        return Math.max(1, step.count() * (stop - first));
    }

    @Override
    public void run(Worker worker) {
        step.trace().starts(worker);
        if (first == 0) {
            embed(worker);
            step.rope().prepare(worker, step.positions(), step.count());
            observe(0, step.x, worker);
        }
        for (int i = first; i < layers.size(); i++) {
            if (stops(i, worker)) {
                return;
            }
            layers.get(i).forward(step.x, step, worker);
            if (i + 1 < layers.size()) {
                observe(i + 1, step.x, worker);
            }
        }
        if (step.count() > 1 && stops(layers.size(), worker)) { // attention may have ended early
            return;
        }
        if (worker.index() == 0) {
            stop = layers.size();
        }
        finish(worker);
        step.trace().headed(worker);
    }

    private void embed(Worker worker) {
        for (int row; (row = worker.next(step.count())) >= 0; ) {
            EmbeddingSource others = step.reader(shared ? row : 0).wish().embeddings();
            float[] x = step.x.data();
            int at = step.x.offset(row);
            if (others == null || !others.copy(step.positions()[row], x, at)) {
                Embedding.row(embedding, step.token(row), x, at);
            }
        }
    }

    /** One worker decides, so that all of them leave at the same layer. */
    private boolean stops(int layer, Worker worker) {
        if (!stoppable) {
            return false;
        }
        worker.await(1);
        for (int i; (i = worker.next(1)) >= 0; ) {
            stop = layer;
            cancelled = areAllCancelled() || step.isStopped();
            stopped = cancelled || layer > first && pauses.getAsBoolean();
        }
        worker.await(step.count());
        return stopped;
    }

    private boolean areAllCancelled() {
        for (int s = 0; s < step.sequences(); s++) {
            if (!step.reader(s).wish().isCancelled()) {
                return false;
            }
        }
        return true;
    }

    private void finish(Worker worker) {
        if (shared) {
            finishAll(worker);
            return;
        }
        Wish wish = step.reader(0).wish();
        if (wish.observer() != null) {
            worker.await(step.count());
            head.normalise(step.x, step.normed, worker);
            observe(layers.size(), step.normed, worker);
        }
        LogitsSink sink = wish.logits();
        if (sink == null) {
            return;
        }
        int row = wish.allPositions() ? 0 : step.count() - 1;
        for (; row < step.count(); row += LOGIT_ROWS) {
            head.compute(step.x, row, Math.min(LOGIT_ROWS, step.count() - row), worker);
            worker.await();
            if (worker.index() == 0) { // the caller's thread
                sink.accept(step.positions()[row], head.logits());
            }
        }
    }

    /** Logits of one row of each sequence, if anybody wants them. */
    private void finishAll(Worker worker) {
        boolean wanted = false;
        for (int s = 0; s < step.sequences(); s++) {
            wanted |= step.reader(s).wish().logits() != null;
        }
        if (wanted) {
            head.compute(step.x, 0, step.sequences(), worker);
            worker.await(step.sequences());
            for (int s; (s = worker.next(step.sequences())) >= 0; ) {
                give(step.reader(s), step.positions()[s], head.logits(s));
            }
        }
    }

    /** What is wrong with one sequence's logits is no matter to the others. */
    private static void give(Reader reader, int position, Rows logits) {
        LogitsSink sink = reader.wish().logits();
        if (sink != null) {
            try {
                sink.accept(position, logits);
            } catch (RuntimeException e) {
                reader.fail(e);
            }
        }
    }

    private void observe(int layer, Rows x, Worker worker) {
        if (shared) {
            return;
        }
        LayerObserver observer = step.reader(0).wish().observer();
        if (observer != null) {
            worker.await();
            if (worker.index() == 0) {
                observer.after(layer, step.positions()[0], x);
            }
            worker.await();
        }
    }
}
