package dev.altiplano.kernels;

import dev.altiplano.kernels.internal.Weights;

import java.lang.foreign.MemorySegment;

/**
 * Factors of quantised weights, where they are mapped: {@code W[o, i] = code[o, i] * factor *
 * scale[o / outputBlock, i / inputBlock]}.
 *
 * <p>They are stored in the order of the codes: {@code [output blocks, input blocks]} beside {@link
 * Order#OUTPUT_MAJOR} codes, {@code [input blocks, output blocks]} beside {@link Order#INPUT_MAJOR}
 * ones. The last block of either kind may be cut short.
 *
 * @param data the scales, dense, little-endian, off the heap
 * @param dtype how one scale is stored
 * @param outputBlock outputs that share a scale, at least 1
 * @param inputBlock inputs that share a scale, at least 1
 * @param factor multiplies every scale; 1 where the format has none
 */
public record Scales(
        MemorySegment data, DType dtype, int outputBlock, int inputBlock, float factor) {
    /**
     * Checks what does not depend on the matrix.
     *
     * @throws IllegalArgumentException if a block is below 1 or the scales lie on the heap
     */
    public Scales {
        if (outputBlock < 1 || inputBlock < 1) {
            throw new IllegalArgumentException(
                    "a scale covers %d outputs and %d inputs".formatted(outputBlock, inputBlock));
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("scales must lie off the heap");
        }
    }

    /** Scales along the outputs of a matrix. */
    int outputBlocks(int outputs) {
        return (outputs + outputBlock - 1) / outputBlock;
    }

    /** Scales along the inputs of a matrix. */
    int inputBlocks(int inputs) {
        return (inputs + inputBlock - 1) / inputBlock;
    }

    /** The factor of the code of output {@code o} and input {@code i} of {@code m}. */
    float at(Matrix m, int o, int i) {
        int alongOutputs = o / outputBlock;
        int alongInputs = i / inputBlock;
        long index =
                m.order() == Order.OUTPUT_MAJOR
                        ? (long) alongOutputs * inputBlocks(m.inputs()) + alongInputs
                        : (long) alongInputs * outputBlocks(m.outputs()) + alongOutputs;
        return Weights.at(data, dtype, index * dtype.bytes()) * factor;
    }
}
