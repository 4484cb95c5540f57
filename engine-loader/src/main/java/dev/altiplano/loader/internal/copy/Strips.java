package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;
import dev.altiplano.kernels.quantise.CodedStrip;
import dev.altiplano.kernels.quantise.WeightStrip;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;

/** Runs work on strips of neighbouring outputs, on a team of threads with scratch of their own. */
final class Strips implements AutoCloseable {
    private final Workers workers;

    @SuppressWarnings("MustBeClosed") // closed with this
    private final Arena arena = Arena.ofShared();

    private final List<Scratch> scratch = new ArrayList<>();
    private final AtomicLong done = new AtomicLong();
    private LongConsumer progress = _ -> {};

    Strips(int threads) {
        workers = new Workers(threads);
        for (int i = 0; i < threads; i++) {
            scratch.add(new Scratch(arena));
        }
    }

    /** What one thread works with. */
    static final class Scratch {
        final WeightStrip weights;
        final WeightStrip written;
        final CodedStrip coded = new CodedStrip();
        private final Arena arena;
        private MemorySegment buffer = MemorySegment.NULL;

        private Scratch(Arena arena) {
            this.arena = arena;
            weights = new WeightStrip();
            written = new WeightStrip();
        }

        /** Room for so many bytes, with anything in them. */
        MemorySegment buffer(long bytes) {
            if (buffer.byteSize() < bytes) {
                buffer = arena.allocate(Math.max(bytes, 2 * buffer.byteSize()), 64);
            }
            return buffer.asSlice(0, bytes);
        }
    }

    /** Work on outputs {@code first} to {@code first + count - 1} of a linear map. */
    @FunctionalInterface
    interface Task {
        void run(Scratch scratch, int first, int count) throws IOException;
    }

    /** Starts counting; {@code progress} is told how many weights are done, on this thread. */
    void count(LongConsumer progress) {
        done.set(0);
        this.progress = progress;
    }

    /** Counts weights that needed no strips. */
    void count(long weights) {
        progress.accept(done.addAndGet(weights));
    }

    /** How many strips a linear map has. */
    static int of(Linear linear) {
        return Math.ceilDiv(linear.outputs(), WeightStrip.WIDTH);
    }

    /** Runs a task on every strip, in any order; it is not counted. */
    void each(Linear linear, Task task) {
        workers.run(worker -> run(worker, linear, task, 0));
    }

    /** As {@link #each}, and counts the weights. */
    void eachCounted(Linear linear, Task task) {
        workers.run(worker -> run(worker, linear, task, linear.inputs()));
    }

    private void run(Worker worker, Linear linear, Task task, int counted) {
        Scratch mine = scratch.get(worker.index());
        for (int item; (item = worker.next(of(linear))) >= 0; ) {
            int first = item * WeightStrip.WIDTH;
            int count = Math.min(WeightStrip.WIDTH, linear.outputs() - first);
            try {
                task.run(mine, first, count);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            long sum = done.addAndGet((long) count * counted);
            if (worker.index() == 0 && counted > 0) { // the calling thread
                progress.accept(sum);
            }
        }
    }

    @Override
    public void close() {
        workers.close();
        arena.close();
    }
}
