package dev.altiplano.kernels.quantise;

import static java.nio.ByteOrder.LITTLE_ENDIAN;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.internal.SmallFloats;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;

/** Codes and scales of the outputs of a {@link WeightStrip}, as files hold them. */
public final class CodedStrip {
    private static final int WIDTH = WeightStrip.WIDTH;
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(LITTLE_ENDIAN);
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(LITTLE_ENDIAN);

    /** {@code [inputs / codes in a word][WIDTH]}. */
    int[] words = {};

    /** {@code [groups][WIDTH]}, rounded to {@link #scaleType}. */
    float[] scales = {};

    private int outputs;
    private int wordsPerOutput;
    private int groups;
    private DType scaleType = DType.F32;

    /** Holds nothing yet. */
    public CodedStrip() {
        // room is made when it is first used
    }

    /** Makes room, and fills the words with zeros. */
    void prepare(WeightStrip strip, int bits, int groups, DType scaleType) {
        outputs = strip.outputs();
        wordsPerOutput = Math.ceilDiv(strip.inputs(), 32 / bits);
        this.groups = groups;
        this.scaleType = scaleType;
        if (words.length < wordsPerOutput * WIDTH) {
            words = new int[wordsPerOutput * WIDTH];
        }
        Arrays.fill(words, 0, wordsPerOutput * WIDTH, 0);
        if (scales.length < groups * WIDTH) {
            scales = new float[groups * WIDTH];
        }
    }

    /**
     * Writes the codes output by output, as little-endian words.
     *
     * @param out {@code outputs * rowBytes} bytes
     * @param rowBytes bytes of an output; of its last word, as many as are left
     */
    public void writeCodes(MemorySegment out, long rowBytes) {
        int whole = (int) (rowBytes / 4);
        for (int j = 0; j < outputs; j++) {
            long row = j * rowBytes;
            for (int k = 0; k < whole; k++) {
                out.set(INT, row + 4L * k, words[k * WIDTH + j]);
            }
            for (int k = 4 * whole; k < rowBytes; k++) {
                int word = words[k / 4 * WIDTH + j];
                out.set(ValueLayout.JAVA_BYTE, row + k, (byte) (word >> 8 * (k % 4)));
            }
        }
    }

    /**
     * Writes the scales output by output.
     *
     * @param out {@code outputs * groups} elements of their type
     */
    public void writeScales(MemorySegment out) {
        for (int j = 0; j < outputs; j++) {
            for (int g = 0; g < groups; g++) {
                long at = (long) j * groups + g;
                float scale = scales[g * WIDTH + j];
                switch (scaleType) {
                    case F32 -> out.set(FLOAT, 4 * at, scale);
                    case BF16 ->
                            out.set(SHORT, 2 * at, (short) (Float.floatToRawIntBits(scale) >>> 16));
                    default ->
                            out.set(ValueLayout.JAVA_BYTE, at, (byte) SmallFloats.codeE4m3(scale));
                }
            }
        }
    }
}
