package dev.altiplano.kernels;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.internal.Weights;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * Factors of quantised weights, where they are mapped: {@code W[o, i] = (code[o, i] - zero) *
 * (factor * scale[o / outputBlock, i / inputBlock])}.
 *
 * <p>They are stored in the order of the codes: {@code [output blocks, input blocks]} beside {@link
 * Order#OUTPUT_MAJOR} codes, {@code [input blocks, output blocks]} beside {@link Order#INPUT_MAJOR}
 * ones. The last block of either kind may be cut short.
 *
 * @param data the scales, dense, little-endian, off the heap
 * @param dtype how one scale is stored
 * @param outputBlock outputs that share a scale, at least 1
 * @param inputBlock inputs that share a scale, at least 1
 * @param factor multiplies every scale before it is rounded to FP32; 1 where the format has none
 * @param zeroPoints what is subtracted from the codes; null for zero
 * @param groups the input block of each input as an I32, for codes whose inputs were quantised in
 *     another order; null for {@code i / inputBlock}
 */
public record Scales(
        MemorySegment data,
        DType dtype,
        int outputBlock,
        int inputBlock,
        double factor,
        @Nullable ZeroPoints zeroPoints,
        @Nullable MemorySegment groups) {
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /**
     * Checks what does not depend on the matrix.
     *
     * @throws IllegalArgumentException if a block is below 1 or something lies on the heap
     */
    public Scales {
        if (outputBlock < 1 || inputBlock < 1) {
            throw new IllegalArgumentException(
                    "a scale covers %d outputs and %d inputs".formatted(outputBlock, inputBlock));
        }
        if (!data.isNative() || (groups != null && !groups.isNative())) {
            throw new IllegalArgumentException("scales must lie off the heap");
        }
    }

    /** Scales without zero points, in the order of the inputs. */
    public Scales(MemorySegment data, DType dtype, int outputBlock, int inputBlock, double factor) {
        this(data, dtype, outputBlock, inputBlock, factor, null, null);
    }

    /** Scales along the outputs of a matrix. */
    public int outputBlocks(int outputs) {
        return ceil(outputs, outputBlock);
    }

    /** Scales along the inputs of a matrix. */
    public int inputBlocks(int inputs) {
        return ceil(inputs, inputBlock);
    }

    private static int ceil(int size, int block) {
        return size / block + (size % block == 0 ? 0 : 1); // a block may be as large as an int
    }

    /**
     * Checks what depends on the matrix.
     *
     * @throws IllegalArgumentException if a segment has another length, or an input is in no group
     */
    void requireFor(int outputs, int inputs) {
        int along = outputBlocks(outputs);
        int across = inputBlocks(inputs);
        requireBytes(
                "%d by %d scales of %s".formatted(along, across, dtype),
                data,
                (long) along * across * dtype.bytes());
        if (zeroPoints != null) {
            requireBytes(
                    "%d by %d zero points of %s".formatted(along, across, zeroPoints.dtype()),
                    zeroPoints.data(),
                    zeroPoints.expectedBytes(along, across));
        }
        if (groups != null) {
            requireBytes("groups of %d inputs".formatted(inputs), groups, 4L * inputs);
            for (int i = 0; i < inputs; i++) {
                int group = groups.get(INT, 4L * i);
                if (group < 0 || group >= across) {
                    throw new IllegalArgumentException(
                            "input %d is in group %d, expected 0 to %d"
                                    .formatted(i, group, across - 1));
                }
            }
        }
    }

    private static void requireBytes(String what, MemorySegment data, long expected) {
        if (data.byteSize() != expected) {
            throw new IllegalArgumentException(
                    "%s have %d bytes, expected %d".formatted(what, data.byteSize(), expected));
        }
    }

    /** Bytes of scales, zero points and groups. */
    long bytes() {
        return data.byteSize()
                + (zeroPoints == null ? 0 : zeroPoints.data().byteSize())
                + (groups == null ? 0 : groups.byteSize());
    }

    /** Input block of an input. */
    public int inputBlockOf(int i) {
        return groups == null ? i / inputBlock : groups.get(INT, 4L * i);
    }

    /** The factor of the code of output {@code o} and input {@code i} of {@code m}. */
    float at(Matrix m, int o, int i) {
        int alongOutputs = o / outputBlock;
        int alongInputs = inputBlockOf(i);
        long index =
                m.order() == Order.OUTPUT_MAJOR
                        ? (long) alongOutputs * inputBlocks(m.inputs()) + alongInputs
                        : (long) alongInputs * outputBlocks(m.outputs()) + alongOutputs;
        return scaled(Weights.at(data, dtype, index * dtype.bytes()));
    }

    /**
     * A stored scale times the factor, rounded once. As the product in double is exact or, for a
     * factor that is a reciprocal, 2^-52 off, this is the product or quotient in FP32 to the bit.
     */
    public float scaled(float stored) {
        return (float) (stored * factor);
    }

    /** The code that stands for zero at output {@code o} and input {@code i}. */
    int zeroAt(Matrix m, int o, int i) {
        return zeroPoints == null
                ? 0
                : zeroPoints.at(o / outputBlock, inputBlockOf(i), inputBlocks(m.inputs()));
    }
}
