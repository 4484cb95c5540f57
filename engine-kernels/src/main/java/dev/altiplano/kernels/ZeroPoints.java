package dev.altiplano.kernels;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/**
 * Codes that stand for zero, one beside each scale: {@code W = (code - zero point) * scale}.
 *
 * @param data off the heap; {@link DType#I8}: {@code [output blocks, input blocks]}; {@link
 *     DType#I8_BIASED} and {@link DType#I4_BIASED}: packed along the <em>outputs</em>, {@code
 *     [ceil(output blocks / codes in a word), input blocks]} little-endian words of 32 bits
 * @param dtype how one is stored
 */
public record ZeroPoints(MemorySegment data, DType dtype) {
    private static final int WORD = 4;

    /**
     * Checks what does not depend on the matrix.
     *
     * @throws IllegalArgumentException if the dtype is no whole number, or the data lies on the
     *     heap
     */
    public ZeroPoints {
        if (dtype != DType.I8 && dtype != DType.I8_BIASED && dtype != DType.I4_BIASED) {
            throw new IllegalArgumentException("zero points of " + dtype);
        }
        if (!data.isNative()) {
            throw new IllegalArgumentException("zero points must lie off the heap");
        }
    }

    /** Bytes that belong to so many scales. */
    long expectedBytes(int outputBlocks, int inputBlocks) {
        if (dtype == DType.I8) {
            return (long) outputBlocks * inputBlocks;
        }
        int perWord = 32 / dtype.bits();
        return WORD * ((outputBlocks + perWord - 1L) / perWord) * inputBlocks;
    }

    /** The code that stands for zero in one block. */
    int at(int outputBlock, int inputBlock, int inputBlocks) {
        return switch (dtype) {
            case I8 -> data.get(JAVA_BYTE, (long) outputBlock * inputBlocks + inputBlock);
            case I8_BIASED -> {
                long word = outputBlock / 4L * inputBlocks + inputBlock;
                yield (data.get(JAVA_BYTE, WORD * word + outputBlock % 4) & 0xFF) - 128;
            }
            default -> {
                long word = outputBlock / 8L * inputBlocks + inputBlock;
                int pair = data.get(JAVA_BYTE, WORD * word + outputBlock % 8 / 2);
                yield (pair >> (outputBlock % 2 * 4) & 15) - 8;
            }
        };
    }
}
