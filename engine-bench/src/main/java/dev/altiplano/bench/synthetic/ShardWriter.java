package dev.altiplano.bench.synthetic;

import dev.altiplano.kernels.Worker;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.SafetensorsWriter;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/** Writes shards at the speed of the disk: while one buffer is written, the next is filled. */
final class ShardWriter {
    private static final long BUFFER_BYTES = 32L << 20;

    /** Groups of elements per item of work: about half a millisecond. */
    private static final long ITEM_GROUPS = 1L << 17;

    private final Workers workers;
    private final long seed;
    private final LongConsumer progress;
    private long written;

    /**
     * @param progress is told how many bytes have been written
     */
    ShardWriter(Workers workers, long seed, LongConsumer progress) {
        this.workers = workers;
        this.seed = seed;
        this.progress = progress;
    }

    void write(Path file, List<SyntheticTensor> tensors) {
        try (SafetensorsWriter writer =
                        SafetensorsWriter.create(
                                file, tensors.stream().map(SyntheticTensor::spec).toList());
                Arena arena = Arena.ofShared()) {
            Pipeline pipeline = new Pipeline(writer, arena);
            for (SyntheticTensor tensor : tensors) {
                pipeline.add(tensor);
            }
            pipeline.writeFull();
            writer.finish();
        }
    }

    /** Two buffers that change places. */
    private final class Pipeline {
        private final SafetensorsWriter writer;
        private MemorySegment filling;
        private MemorySegment full;
        private long fullBytes;

        Pipeline(SafetensorsWriter writer, Arena arena) {
            this.writer = writer;
            filling = arena.allocate(BUFFER_BYTES, Long.BYTES);
            full = arena.allocate(BUFFER_BYTES, Long.BYTES);
        }

        void add(SyntheticTensor tensor) {
            RandomBits bits = new RandomBits(tensor, seed);
            long groupBytes = bits.groupBytes();
            long atOnce = BUFFER_BYTES / groupBytes;
            long groups = Math.ceilDiv(tensor.elements(), RandomBits.GROUP);
            for (long first = 0; first < groups; first += atOnce) {
                Piece piece = new Piece(bits, first, Math.min(atOnce, groups - first));
                workers.run(worker -> fillAndWrite(worker, piece));
                MemorySegment other = full;
                full = filling;
                filling = other;
                long missing = tensor.bytes() - first * groupBytes; // the last group is cut short
                fullBytes = Math.min(piece.groups() * groupBytes, missing);
            }
        }

        /** Fills one buffer and meanwhile writes the other. */
        private void fillAndWrite(Worker worker, Piece piece) {
            int items = Math.toIntExact(Math.ceilDiv(piece.groups(), ITEM_GROUPS));
            for (int item; (item = worker.next(items + 1)) >= 0; ) {
                if (item == 0) {
                    writeFull();
                } else {
                    piece.fill((item - 1) * ITEM_GROUPS, filling);
                }
            }
        }

        void writeFull() {
            if (fullBytes > 0) {
                writer.add(full.asSlice(0, fullBytes));
                written += fullBytes;
                fullBytes = 0;
                progress.accept(written);
            }
        }
    }

    /** Part of a tensor that fits a buffer, in groups of elements. */
    private record Piece(RandomBits bits, long first, long groups) {
        void fill(long from, MemorySegment out) {
            long count = Math.min(ITEM_GROUPS, groups - from);
            bits.fill(first + from, count, out, from * bits.groupBytes());
        }
    }
}
