package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.KernelSets;

/** Memory that kernels take for themselves, so that it can be planned. */
public final class KernelMemory {
    private KernelMemory() {}

    /**
     * Off-heap memory that one worker takes at most.
     *
     * @param inputs of the widest matrix
     * @param rows most rows of activations at a time
     * @param heads query heads
     */
    public static long workerBytes(int inputs, int rows, KvLayout layout, int heads) {
        long tiles = rows > MatVec.MOST_ROWS ? tileFloats(inputs, rows) : 0;
        return Float.BYTES
                * (dotFloats(inputs, rows)
                        + Math.max(MatVec.MOST_SUMS, MatMat.sumFloats(rows))
                        + MatMat.DECODED
                        + tiles
                        + AttentionBlock.floats(layout, heads));
    }

    /** Heap that one worker takes at most, beside some kilobytes. */
    public static long workerHeapBytes(KvLayout layout, int heads) {
        return Float.BYTES * (MatMat.heapFloats() + AttentionBlock.heapFloats(layout, heads));
    }

    private static long dotFloats(int inputs, int rows) {
        int group = KernelSets.BEST.dotRows();
        int few = Math.min(rows, MatVec.MOST_ROWS);
        int groups = Math.max((few + group - 1) / group, Math.min(few, KernelSet.MOST_ALONE));
        long arranged = (long) groups * group * (inputs + inputs / 8);
        return arranged + (long) DotOperands.DECODED * inputs;
    }

    private static long tileFloats(int inputs, int rows) {
        int padded = (rows + MatMat.PANEL - 1) / MatMat.PANEL * MatMat.PANEL;
        long sums = (long) MatMat.BAND_ROWS * Math.min(padded, MatMat.CACHED_ROWS);
        return sums + (long) MatMat.PANEL * inputs;
    }
}
