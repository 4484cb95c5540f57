package dev.altiplano.kernels.simd;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Scales;
import dev.altiplano.kernels.internal.DotOperands;
import dev.altiplano.kernels.internal.Exp;
import dev.altiplano.kernels.internal.InputOrder;
import dev.altiplano.kernels.internal.KernelSet;
import dev.altiplano.kernels.internal.ScalarKernels;
import dev.altiplano.kernels.internal.SumOperands;
import dev.altiplano.kernels.internal.TileOperands;
import dev.altiplano.kernels.internal.Weights;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.Optional;

/** The kernels on vectors of the length this processor prefers; tails element by element. */
public final class VectorKernels implements KernelSet {
    private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
    private static final int L = F.length();
    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private static final int STRIDE = TileOperands.STRIDE;

    /** Bytes of a row of a tile's left operand off the heap. */
    private static final long ROW = 4L * STRIDE;

    /** Bytes of one k in a panel. */
    private static final long PANEL = 8L * L;

    /** Formats without a vector kernel. */
    private static final ScalarKernels PLAIN = new ScalarKernels("formats without vector kernels");

    /** Two accumulators per row, in 32 or 16 registers. */
    private static final int TILE_ROWS = L >= 16 ? TileOperands.MOST_ROWS : 5;

    /** Rows of the tiles for what is left. */
    private static final int SMALL_ROWS = 4;

    /** Rows that small tiles take: with more, the large one is faster, full or not. */
    private static final int MOST_SMALL = (TILE_ROWS - 1) / SMALL_ROWS * SMALL_ROWS;

    @Override
    public String description() {
        return "vector kernels, %d bit".formatted(F.vectorBitSize());
    }

    @Override
    public Optional<String> slowReason() {
        return Optional.empty();
    }

    @Override
    public int lanes() {
        return L;
    }

    @Override
    public int tileRows() {
        return TILE_ROWS;
    }

    @Override
    public void decode(
            MemorySegment data, DType dtype, long offset, float[] out, int at, int count) {
        int whole = isPlain(dtype) ? 0 : F.loopBound(count);
        switch (dtype) {
            case F32 -> Decode.f32(data, offset, out, at, whole);
            case F16 -> Decode.f16(data, offset, out, at, whole);
            case BF16 -> Decode.bf16(data, offset, out, at, whole);
            default -> {} // element by element below
        }
        int bytes = dtype.bytes();
        for (int i = whole; i < count; i++) {
            out[at + i] = Weights.at(data, dtype, offset + (long) bytes * i);
        }
    }

    @Override
    public void decodeRows(
            Matrix m, int row, int rows, int input, int count, float[] out, int at, float[] spare) {
        if (m.dtype() == DType.F8_E4M3 && Dots.takes(m)) {
            for (int r = 0; r < rows; r++) {
                decodeFp8(m, row + r, input, count, out, at + r * STRIDE);
            }
            return;
        }
        if (CodedRows.takes(m)) {
            for (int r = 0; r < rows; r++) {
                CodedRows.decode(m, row + r, input, count, out, at + r * STRIDE, spare);
            }
            return;
        }
        if (isPlain(m.dtype())) {
            PLAIN.decodeRows(m, row, rows, input, count, out, at, spare);
            return;
        }
        int bytes = m.dtype().bytes();
        long stride = (long) m.inputs() * bytes;
        long offset = row * stride + (long) input * bytes;
        int whole = F.loopBound(count);
        int r = 0;
        for (; r + 4 <= rows && m.dtype() != DType.F16; r += 4) {
            long from = offset + r * stride;
            switch (m.dtype()) {
                case BF16 -> Decode.bf16x4(m.data(), from, stride, out, at + r * STRIDE, whole);
                default -> Decode.f32x4(m.data(), from, stride, out, at + r * STRIDE, whole);
            }
        }
        for (int left = r; left < rows; left++) {
            decode(m.data(), m.dtype(), offset + left * stride, out, at + left * STRIDE, count);
        }
        for (int i = whole; i < count; i++) {
            for (int done = 0; done < r; done++) {
                out[at + done * STRIDE + i] = Weights.at(m, row + done, input + i);
            }
        }
    }

    /** One row, from one block of scales to the next. */
    private static void decodeFp8(Matrix m, int row, int input, int count, float[] out, int at) {
        Scales scales = m.scales();
        int block = scales == null ? m.inputs() : scales.inputBlock();
        int end = input + count;
        for (int i = input; i < end; ) {
            int next = (int) Math.min(end, ((long) i / block + 1) * block);
            int whole = F.loopBound(next - i);
            long from = (long) row * m.inputs() + i;
            int to = at + i - input;
            i += Fp8Decode.row(m.data(), from, whole, m.scale(row, i), out, to);
            for (; i < next; i++) {
                out[at + i - input] = Weights.at(m, row, i);
            }
        }
    }

    /** Formats without a vector kernel. */
    private static boolean isPlain(DType dtype) {
        return switch (dtype) {
            case F32, F16, BF16 -> false;
            case F8_E4M3, I8, I8_BIASED, I4_BIASED, F4_E2M1 -> true;
        };
    }

    private static IllegalArgumentException unexpected(DType dtype) {
        return new IllegalArgumentException("no kernel for " + dtype);
    }

    @Override
    public void product(TileOperands t, int rows, boolean two) {
        boolean whole = t.starts && t.ends;
        float[] sums = whole ? t.sums : t.chains;
        int vectors = two ? 2 : 1;
        for (int row = 0; row < rows; ) {
            int tile = tile(rows - row);
            int count = Math.min(rows - row, tile);
            int at = whole ? 0 : t.chain0 + row * vectors * L;
            if (t.starts) {
                Arrays.fill(sums, at, at + tile * vectors * L, 0);
            }
            multiply(t, tile, two, row, sums, at);
            if (t.ends) {
                Tiles.add(t, sums, at, count, vectors);
            }
            row += count;
            t.c0 += count * t.rowStep;
        }
    }

    /** Rows of the tile for so many. */
    private static int tile(int rows) {
        return rows > MOST_SMALL ? TILE_ROWS : SMALL_ROWS;
    }

    private static void multiply(
            TileOperands t, int tile, boolean two, int row, float[] sums, int at) {
        if (two) {
            switch (tile) {
                case 12 -> Tiles.tile12x2(t, row, sums, at);
                case 5 -> Tiles.tile5x2(t, row, sums, at);
                default -> Tiles.tile4x2(t, row, sums, at);
            }
        } else {
            switch (tile) {
                case 12 -> Tiles.tile12x1(t, row, sums, at);
                case 5 -> Tiles.tile5x1(t, row, sums, at);
                default -> Tiles.tile4x1(t, row, sums, at);
            }
        }
    }

    @Override
    public void pageProduct(TileOperands t, int rows, DType dtype, long first, long second) {
        int left = rows;
        while (left > 0) {
            int done = left >= 5 ? 5 : left == 3 ? 2 : left;
            switch (dtype) {
                case BF16 -> bf16Page(t, done, first, second);
                case F32 -> f32Page(t, done, first, second);
                case F8_E4M3 -> fp8Page(t, done, first, second);
                default -> throw unexpected(dtype);
            }
            left -= done;
            t.a0 += done * ROW;
            t.c0 += done * t.rowStep;
        }
    }

    private static void bf16Page(TileOperands t, int rows, long first, long second) {
        switch (rows) {
            case 5 -> PageTiles.bf16x5(t, first, second);
            case 4 -> PageTiles.bf16x4(t, first, second);
            case 2 -> PageTiles.bf16x2(t, first, second);
            default -> PageTiles.bf16x1(t, first, second);
        }
    }

    private static void f32Page(TileOperands t, int rows, long first, long second) {
        switch (rows) {
            case 5 -> PageTiles.f32x5(t, first, second);
            case 4 -> PageTiles.f32x4(t, first, second);
            case 2 -> PageTiles.f32x2(t, first, second);
            default -> PageTiles.f32x1(t, first, second);
        }
    }

    private static void fp8Page(TileOperands t, int rows, long first, long second) {
        switch (rows) {
            case 5 -> Fp8Tiles.x5(t, first, second);
            case 4 -> Fp8Tiles.x4(t, first, second);
            case 2 -> Fp8Tiles.x2(t, first, second);
            default -> Fp8Tiles.x1(t, first, second);
        }
    }

    @Override
    public boolean takesQuads(int rows, DType dtype) {
        return PageQuads.takes(rows, dtype);
    }

    @Override
    public void pageQuad(TileOperands t, DType dtype, long first, long stride, long apart) {
        PageQuads.multiply(t, dtype, first, stride, apart);
    }

    @Override
    public int dotRows() {
        return Dots.TOKENS;
    }

    @Override
    public void arrange(Matrix m, int row, DotOperands d) {
        if (CodedDots.takes(m)) {
            CodedDots.arrange(m, d);
        } else if (Dots.takes(m)) {
            Dots.arrange(m, row, d);
        }
    }

    @Override
    public int rowsAlone(Matrix m) {
        return switch (m.dtype()) {
            case F32, F16, BF16 -> 1;
            case F8_E4M3 -> Dots.rowsAlone(m);
            case I8, I8_BIASED, I4_BIASED, F4_E2M1 -> CodedDots.rowsAlone(m);
        };
    }

    @Override
    public int rowsTogether(Matrix m) {
        return CodedDots.takes(m) ? CodedDots.together(m) : Dots.takes(m) ? Dots.together(m, 1) : 1;
    }

    @Override
    public void dots(Matrix m, int row, int count, DotOperands[] groups, Rows y, int column) {
        if (CodedDots.takes(m)) {
            CodedDots.compute(m, row, count, groups, y, column);
        } else if (Dots.takes(m)) {
            Dots.compute(m, row, count, groups, y, column);
        } else {
            PLAIN.dots(m, row, count, groups, y, column);
        }
    }

    @Override
    public boolean sumsCodes(Matrix m) {
        return m.scales() != null && Sums.takes(m);
    }

    @Override
    public int sumRows(Matrix m) {
        return Sums.most(m);
    }

    @Override
    public InputOrder inputOrder(Matrix m) {
        return Sums.inputOrder(m);
    }

    @Override
    public void addRows(Matrix m, int row, int count, int column, int columns, SumOperands s) {
        if (Sums.takes(m)) {
            Sums.add(m, row, count, column, columns, s);
        } else if (Fp4Sums.takes(m)) {
            Fp4Sums.add(m, row, count, column, columns, s);
        } else {
            PLAIN.addRows(m, row, count, column, columns, s);
        }
    }

    @Override
    public void collect(Matrix m, int columns, SumOperands s, int t, float[] y, int at) {
        Sums.collect(m, columns, s, t, y, at);
    }

    @Override
    public void columns(Matrix m, int row, int depth, int column, int panels, MemorySegment out) {
        long panel = depth * PANEL;
        if (isPlain(m.dtype())) {
            InputOrder order = inputOrder(m);
            int k =
                    m.dtype() == DType.F8_E4M3 && Sums.takes(m)
                            ? fp8Panels(m, order, row, depth, column, panels, out)
                            : 0;
            for (; k < depth; k++) {
                int from = row + order.input(k, depth);
                panelsOfRow(m, from, column, panels, out, k * PANEL, panel);
            }
            return;
        }
        int bytes = m.dtype().bytes();
        long stride = (long) m.outputs() * bytes;
        long offset = row * stride + (long) column * bytes;
        int k = 0;
        for (; k + 8 <= depth && m.dtype() != DType.F16; k += 8) {
            long from = offset + k * stride;
            long at = k * PANEL;
            switch (m.dtype()) {
                case BF16 -> Panels.bf16x8(m.data(), from, stride, panels, out, at, panel);
                default -> Panels.f32x8(m.data(), from, stride, panels, out, at, panel);
            }
        }
        for (int p = 0; p < panels && k < depth; p++) {
            long from = offset + k * stride + p * 2L * L * bytes;
            long at = p * panel + k * PANEL;
            panel(m.data(), m.dtype(), from, from + (long) L * bytes, stride, depth - k, out, at);
        }
    }

    /** Returns how many rows were decoded. */
    private static int fp8Panels(
            Matrix m,
            InputOrder order,
            int row,
            int depth,
            int column,
            int panels,
            MemorySegment out) {
        long panel = depth * PANEL;
        int k = 0;
        for (; k + 4 <= depth; k += 4) {
            int first = order.input(k, depth);
            long from = (row + first) * m.rowBytes() + column;
            long stride = (order.input(k + 1, depth) - first) * m.rowBytes();
            if (!Fp8Decode.holdsFour(m.data(), from, stride, panels)) {
                break;
            }
            Fp8Decode.panelsOfFour(m.data(), from, stride, panels, out, k * PANEL, panel);
        }
        return k;
    }

    /**
     * One weight row of several panels; codes as they are where {@link #sumsCodes} says so.
     *
     * @param panel bytes from one panel to the next
     */
    private void panelsOfRow(
            Matrix m, int row, int column, int panels, MemorySegment out, long at, long panel) {
        if (Fp4Sums.takes(m)) {
            Fp4Sums.panels(m, row, column, panels, out, at, panel);
            return;
        }
        for (int j = 0; j < panels * 2 * L; j++) {
            float weight = code(m, column + j, row);
            out.set(FLOAT, at + j / (2 * L) * panel + 4L * (j % (2 * L)), weight);
        }
    }

    @Override
    public float code(Matrix m, int output, int input) {
        if (!sumsCodes(m)) {
            return Weights.at(m, output, input);
        }
        return Weights.at(m.data(), m.dtype(), input * m.rowBytes() + output);
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
        switch (dtype) {
            case BF16 -> Panels.bf16x1(data, first, second, stride, depth, out, at);
            case F32 -> Panels.f32x1(data, first, second, stride, depth, out, at);
            case F16 -> Panels.f16x1(data, first, second, stride, depth, out, at);
            case F8_E4M3 -> Fp8Tiles.panel(data, first, second, stride, depth, out, at);
            default -> throw unexpected(dtype);
        }
    }

    @Override
    public void spread(MemorySegment packed, long from, int rows, int depth, MemorySegment out) {
        Panels.f32x1(packed, from, from + 4L * L, 4L * rows, depth, out, 0);
    }

    @Override
    public float sumOfSquares(float[] x, int from, int count) {
        int whole = F.loopBound(count);
        float sum = Elements.sumOfSquares(x, from, whole);
        for (int i = from + whole; i < from + count; i++) {
            sum = Math.fma(x[i], x[i], sum);
        }
        return sum;
    }

    @Override
    public void scaleBy(
            float[] x, int from, float factor, float[] weight, float[] out, int at, int count) {
        int whole = F.loopBound(count);
        Elements.scaleBy(x, from, factor, weight, out, at, whole);
        for (int i = whole; i < count; i++) {
            out[at + i] = x[from + i] * factor * weight[i];
        }
    }

    @Override
    public void scale(float[] x, int from, int count, float factor) {
        int whole = F.loopBound(count);
        Elements.scale(x, from, whole, factor);
        for (int i = from + whole; i < from + count; i++) {
            x[i] *= factor;
        }
    }

    @Override
    public void add(float[] x, int from, float[] delta, int at, int count) {
        int whole = F.loopBound(count);
        Elements.add(x, from, delta, at, whole);
        for (int i = whole; i < count; i++) {
            x[from + i] += delta[at + i];
        }
    }

    @Override
    public void rotate(float[] x, int from, int headDim, float[] cos, float[] sin, int table) {
        int whole = F.loopBound(headDim);
        Elements.rotate(x, from, whole, cos, sin, table);
        for (int i = whole; i < headDim; i += 2) {
            float a = x[from + i];
            float b = x[from + i + 1];
            int t = table + i;
            x[from + i] = Math.fma(b, sin[t], a * cos[t]);
            x[from + i + 1] = Math.fma(a, sin[t + 1], b * cos[t + 1]);
        }
    }

    @Override
    public void swiGlu(float[] x, int gate, int up, float[] out, int at, int count) {
        int whole = F.loopBound(count);
        Elements.swiGlu(x, gate, up, out, at, whole);
        for (int i = whole; i < count; i++) {
            float g = x[gate + i];
            out[at + i] = g / (1 + Exp.of(-g)) * x[up + i];
        }
    }

    @Override
    public float max(MemorySegment x, long from, int count) {
        int whole = F.loopBound(count);
        float max = whole == 0 ? Float.NEGATIVE_INFINITY : Softmax.max(x, from, whole);
        for (int i = whole; i < count; i++) {
            max = Math.max(max, x.get(FLOAT, from + 4L * i));
        }
        return max;
    }

    @Override
    public float expAndSum(MemorySegment x, long from, int count, float max) {
        int whole = F.loopBound(count);
        Softmax.exp(x, from, whole, max);
        float sum = Softmax.sum(x, from, whole);
        return ScalarKernels.expAndSum(x, from + 4L * whole, count - whole, max, sum);
    }

    @Override
    public void multiply(MemorySegment x, long from, MemorySegment factors, long at, int count) {
        int whole = F.loopBound(count);
        Softmax.multiply(x, from, factors, at, whole);
        for (int i = whole; i < count; i++) {
            float factor = factors.get(FLOAT, at + 4L * i);
            x.set(FLOAT, from + 4L * i, x.get(FLOAT, from + 4L * i) * factor);
        }
    }

    @Override
    public void scale(MemorySegment x, long from, int count, float factor) {
        int whole = F.loopBound(count);
        Softmax.scale(x, from, whole, factor);
        for (int i = whole; i < count; i++) {
            x.set(FLOAT, from + 4L * i, x.get(FLOAT, from + 4L * i) * factor);
        }
    }

    @Override
    public void weighColumns(
            byte[] columns, int from, int[] weights, int at, int taps, int shift, int[] out) {
        if (PixelSums.POSSIBLE) {
            PixelSums.weigh(columns, from, weights, at, taps, shift, out);
        } else {
            ScalarKernels.weighColumns(columns, from, weights, at, taps, shift, out, 6 * L);
        }
    }

    @Override
    public float sum(float[] x, int from, int count) {
        return Norms.sum(x, from, count);
    }

    @Override
    public float sumOfSquares(float[] x, int from, int count, float mean) {
        return Norms.sumOfSquares(x, from, count, mean);
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
        Norms.shiftAndScale(x, from, mean, factor, affine, out, at, count);
    }

    @Override
    public void gelu(float[] x, int from, int count) {
        Norms.gelu(x, from, count);
    }
}
