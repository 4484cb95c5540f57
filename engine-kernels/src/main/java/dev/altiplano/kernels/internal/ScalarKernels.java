package dev.altiplano.kernels.internal;

import static dev.altiplano.kernels.internal.TileOperands.STRIDE;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** The kernels in plain Java: what the vector kernels are compared with, and their replacement. */
public final class ScalarKernels implements KernelSet {
    private static final int LANES = 4;
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final String reason;

    /** Takes the reason why the vector kernels cannot run. */
    public ScalarKernels(String reason) {
        this.reason = reason;
    }

    @Override
    public String description() {
        return "scalar kernels: " + reason;
    }

    @Override
    public Optional<String> slowReason() {
        return Optional.of(reason);
    }

    @Override
    public int lanes() {
        return LANES;
    }

    @Override
    public int tileRows() {
        return 4;
    }

    @Override
    public void decode(
            MemorySegment data, DType dtype, long offset, float[] out, int at, int count) {
        int bytes = dtype.bytes();
        for (int i = 0; i < count; i++) {
            out[at + i] = Weights.at(data, dtype, offset + (long) bytes * i);
        }
    }

    @Override
    public void decodeRows(
            Matrix m, int row, int rows, int input, int count, float[] out, int at, float[] spare) {
        for (int r = 0; r < rows; r++) {
            for (int i = 0; i < count; i++) {
                out[at + r * STRIDE + i] = Weights.at(m, row + r, input + i);
            }
        }
    }

    @Override
    public void product(TileOperands t, int rows, boolean two) {
        boolean whole = t.starts && t.ends;
        float[] sums = whole ? t.sums : t.chains;
        int width = two ? 2 * LANES : LANES;
        for (int r = 0; r < rows; r++) {
            int at = whole ? 0 : t.chain0 + r * width;
            if (t.starts) {
                Arrays.fill(sums, at, at + width, 0);
            }
            for (int j = 0; j < width; j += LANES) {
                tile(t, r, j, sums, at + j);
            }
            for (int j = 0; j < width && t.ends; j++) {
                add(t, t.c0 + 4L * j, sums[at + j]);
            }
            t.c0 += t.rowStep;
        }
    }

    @Override
    public void pageProduct(TileOperands t, int rows, DType dtype, long first, long second) {
        for (int r = 0; r < rows; r++) {
            long c = t.c0 + r * t.rowStep;
            pageColumns(t, r, dtype, first, c);
            pageColumns(t, r, dtype, second, c + 4L * LANES);
        }
    }

    @Override
    public boolean takesQuads(int rows, DType dtype) {
        return false; // nothing would be faster
    }

    @Override
    public void pageQuad(TileOperands t, DType dtype, long first, long stride, long apart) {
        for (int r = 0; r < QUAD_ROWS; r++) {
            for (int i = 0; i < 4; i++) {
                long c = t.c0 + r * t.rowStep + i * apart;
                pageColumns(t, r, dtype, first + i * stride, c);
            }
        }
    }

    private static void pageColumns(TileOperands t, int row, DType dtype, long b, long c) {
        for (int j = 0; j < LANES; j++) {
            long at = b + (long) j * dtype.bytes();
            float sum = 0;
            for (int k = 0; k < t.depth; k++) {
                float x = Weights.at(t.b, dtype, at + 16L * dtype.bytes() * k);
                sum = Math.fma(t.a.get(FLOAT, t.a0 + 4L * (row * STRIDE + k)), x, sum);
            }
            add(t, c + 4L * j, sum);
        }
    }

    /** Goes on with the sums of one row and one vector of columns. */
    private static void tile(TileOperands t, int row, int column, float[] sums, int at) {
        float s0 = sums[at];
        float s1 = sums[at + 1];
        float s2 = sums[at + 2];
        float s3 = sums[at + 3];
        MemorySegment panel = t.b;
        for (int k = 0; k < t.depth; k++) {
            float w = t.rows[t.row0 + row * STRIDE + k];
            long x = t.b0 + 4L * (2L * LANES * k + column);
            s0 = Math.fma(w, panel.get(FLOAT, x), s0);
            s1 = Math.fma(w, panel.get(FLOAT, x + 4), s1);
            s2 = Math.fma(w, panel.get(FLOAT, x + 8), s2);
            s3 = Math.fma(w, panel.get(FLOAT, x + 12), s3);
        }
        sums[at] = s0;
        sums[at + 1] = s1;
        sums[at + 2] = s2;
        sums[at + 3] = s3;
    }

    private static void add(TileOperands t, long at, float sum) {
        t.c.set(FLOAT, at, t.fresh ? sum : t.c.get(FLOAT, at) + sum);
    }

    @Override
    public int dotRows() {
        return 1;
    }

    @Override
    public int rowsTogether(Matrix m) {
        return 1;
    }

    @Override
    public void arrange(Matrix m, int row, DotOperands d) {
        // weights are met in the order of the activations
    }

    @Override
    public int rowsAlone(Matrix m) {
        return 1;
    }

    @Override
    public void dots(Matrix m, int row, int count, DotOperands[] groups, Rows y, int column) {
        for (DotOperands d : groups) {
            float[] x = d.x.data();
            for (int t = d.first; t < d.first + d.count; t++) {
                for (int r = 0; r < count; r++) {
                    float sum = 0;
                    for (int i = 0; i < m.inputs(); i++) {
                        sum = Math.fma(Weights.at(m, row + r, i), x[d.x.offset(t) + i], sum);
                    }
                    y.data()[y.offset(t) + column + r] = sum;
                }
            }
        }
    }

    @Override
    public boolean sumsCodes(Matrix m) {
        return false;
    }

    @Override
    public float code(Matrix m, int output, int input) {
        return Weights.at(m, output, input);
    }

    @Override
    public int sumRows(Matrix m) {
        return 1;
    }

    @Override
    public InputOrder inputOrder(Matrix m) {
        return InputOrder.PLAIN;
    }

    @Override
    public void addRows(Matrix m, int row, int count, int column, int columns, SumOperands s) {
        for (int t = 0; t < s.rows; t++) {
            for (int j = 0; j < columns; j++) {
                long at = t * s.step + 4L * j;
                float sum = s.sums.get(FLOAT, at);
                for (int i = 0; i < count; i++) {
                    float x = s.x[t * STRIDE + i];
                    sum = Math.fma(Weights.at(m, column + j, row + i), x, sum);
                }
                s.sums.set(FLOAT, at, sum);
            }
        }
    }

    @Override
    public void collect(Matrix m, int columns, SumOperands s, int t, float[] y, int at) {
        for (int j = 0; j < columns; j++) {
            y[at + j] += s.sums.get(FLOAT, t * s.step + 4L * j);
        }
    }

    @Override
    public void columns(Matrix m, int row, int depth, int column, int panels, MemorySegment out) {
        int width = 2 * LANES;
        for (int p = 0; p < panels; p++) {
            for (int k = 0; k < depth; k++) {
                for (int j = 0; j < width; j++) {
                    float weight = Weights.at(m, column + p * width + j, row + k);
                    out.set(FLOAT, 4L * ((p * depth + k) * width + j), weight);
                }
            }
        }
    }

    @Override
    public void panel(
            MemorySegment data,
            DType dtype,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at) {
        int bytes = dtype.bytes();
        for (int k = 0; k < depth; k++) {
            for (int j = 0; j < LANES; j++) {
                long to = at + 4L * (2 * LANES * k + j);
                long from = k * stride + (long) bytes * j;
                out.set(FLOAT, to, Weights.at(data, dtype, first + from));
                out.set(FLOAT, to + 4 * LANES, Weights.at(data, dtype, second + from));
            }
        }
    }

    @Override
    public void spread(MemorySegment packed, long from, int rows, int depth, MemorySegment out) {
        panel(packed, DType.F32, from, from + 4 * LANES, 4L * rows, depth, out, 0);
    }

    @Override
    public float sumOfSquares(float[] x, int from, int count) {
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            sum = Math.fma(x[i], x[i], sum);
        }
        return sum;
    }

    @Override
    public void scaleBy(
            float[] x, int from, float factor, float[] weight, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = x[from + i] * factor * weight[i];
        }
    }

    @Override
    public void scale(float[] x, int from, int count, float factor) {
        for (int i = from; i < from + count; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int from, float[] delta, int at, int count) {
        for (int i = 0; i < count; i++) {
            x[from + i] += delta[at + i];
        }
    }

    @Override
    public void rotate(float[] x, int from, int headDim, float[] cos, float[] sin, int table) {
        for (int i = 0; i < headDim; i += 2) {
            float a = x[from + i];
            float b = x[from + i + 1];
            int t = table + i;
            x[from + i] = Math.fma(b, sin[t], a * cos[t]);
            x[from + i + 1] = Math.fma(a, sin[t + 1], b * cos[t + 1]);
        }
    }

    @Override
    public void swiGlu(float[] x, int gate, int up, float[] out, int at, int count) {
        for (int i = 0; i < count; i++) {
            float g = x[gate + i];
            out[at + i] = g / (1 + Exp.of(-g)) * x[up + i];
        }
    }

    @Override
    public float max(MemorySegment x, long from, int count) {
        float max = x.get(FLOAT, from);
        for (int i = 1; i < count; i++) {
            max = Math.max(max, x.get(FLOAT, from + 4L * i));
        }
        return max;
    }

    @Override
    public float expAndSum(MemorySegment x, long from, int count, float max) {
        return expAndSum(x, from, count, max, 0);
    }

    /** As above; the sum starts from another one. */
    public static float expAndSum(MemorySegment x, long from, int count, float max, float start) {
        float sum = start;
        for (int i = 0; i < count; i++) {
            float e = Exp.of(x.get(FLOAT, from + 4L * i) - max);
            x.set(FLOAT, from + 4L * i, e);
            sum += e;
        }
        return sum;
    }

    @Override
    public void multiply(MemorySegment x, long from, MemorySegment factors, long at, int count) {
        for (int i = 0; i < count; i++) {
            float factor = factors.get(FLOAT, at + 4L * i);
            x.set(FLOAT, from + 4L * i, x.get(FLOAT, from + 4L * i) * factor);
        }
    }

    @Override
    public void scale(MemorySegment x, long from, int count, float factor) {
        for (int i = 0; i < count; i++) {
            x.set(FLOAT, from + 4L * i, x.get(FLOAT, from + 4L * i) * factor);
        }
    }

    @Override
    public void weighColumns(
            byte[] columns, int from, int[] weights, int at, int taps, int shift, int[] out) {
        weighColumns(columns, from, weights, at, taps, shift, out, 6 * LANES);
    }

    /** The same for {@code width} bytes a column. */
    public static void weighColumns(
            byte[] columns,
            int from,
            int[] weights,
            int at,
            int taps,
            int shift,
            int[] out,
            int width) {
        for (int i = 0; i < width; i++) {
            int sum = 1 << shift >> 1;
            for (int t = 0; t < taps; t++) {
                sum += weights[at + t] * (columns[from + t * width + i] & 0xff);
            }
            out[i] = Math.min(255, sum >> shift);
        }
    }

    @Override
    public float sum(float[] x, int from, int count) {
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            sum += x[i];
        }
        return sum;
    }

    @Override
    public float sumOfSquares(float[] x, int from, int count, float mean) {
        float sum = 0;
        for (int i = from; i < from + count; i++) {
            float distance = x[i] - mean;
            sum = Math.fma(distance, distance, sum);
        }
        return sum;
    }

    @Override
    public void shiftAndScale(
            float[] x,
            int from,
            float mean,
            float factor,
            float[] affine,
            float[] out,
            int at,
            int count) {
        for (int i = 0; i < count; i++) {
            out[at + i] = Math.fma((x[from + i] - mean) * factor, affine[i], affine[count + i]);
        }
    }

    @Override
    public void gelu(float[] x, int from, int count) {
        for (int i = from; i < from + count; i++) {
            x[i] = Erf.gelu(x[i]);
        }
    }
}
