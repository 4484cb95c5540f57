package dev.altiplano.kernels.internal;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.simd.VectorKernels;

import java.lang.foreign.MemorySegment;
import java.util.Optional;

/**
 * The inner loops. Arguments were checked by the facades; every method works on one thread,
 * allocates nothing and adds in an order that depends on nothing but its arguments' sizes.
 */
public sealed interface KernelSet permits ScalarKernels, VectorKernels {
    /** In words, for example {@code vector kernels, 512 bit}. */
    String description();

    /** Why these kernels are slow and what to do about it. */
    Optional<String> slowReason();

    /** Columns of one vector of a register tile. */
    int lanes();

    /** Turns {@code count} consecutive weights into FP32, exactly. */
    void decode(MemorySegment data, DType dtype, long offset, float[] out, int at, int count);

    /**
     * Turns weights of an output-major matrix into FP32, exactly: inputs {@code input} and
     * following of {@code rows} rows, TileOperands.STRIDE floats apart.
     *
     * @param count inputs, at most TileOperands.STRIDE
     * @param at index of the first result
     * @param spare room for {@link TileOperands#SCALES} scales
     */
    void decodeRows(
            Matrix m, int row, int rows, int input, int count, float[] out, int at, float[] spare);

    /**
     * Multiplies rows {@code t.rows} by the panel's two vectors of columns, or by the first alone:
     * whole tiles are computed, of which {@code rows} rows are kept.
     *
     * <p>Sums whose terms do not come all at once start in one call and end in another, in between
     * they lie in {@code t.chains}; their bits are the same.
     *
     * @param t its {@code c0} is left changed
     */
    void product(TileOperands t, int rows, boolean two);

    /**
     * Multiplies few rows {@code t.a} by two vectors of columns where they are stored, in rows of
     * 16 elements: from {@code t.b}, at {@code first} and {@code second}. Sums start and end here.
     *
     * @param t its {@code a0} and {@code c0} are left changed
     */
    void pageProduct(TileOperands t, int rows, DType dtype, long first, long second);

    /** Rows that {@link #pageQuad} takes: Llama 4's query heads on a KV head. */
    int QUAD_ROWS = 5;

    /** Whether {@link #pageQuad} is there for so many rows, and faster. */
    boolean takesQuads(int rows, DType dtype);

    /**
     * The same as {@link #pageProduct} for {@link #QUAD_ROWS} rows with four vectors of columns:
     * those of the right operand {@code stride} bytes from each other, those of the result {@code
     * apart}.
     */
    void pageQuad(TileOperands t, DType dtype, long first, long stride, long apart);

    /** Rows of the largest tile of {@link #product}. */
    int tileRows();

    /** Rows of activations that can share one reading of the weights in dot products. */
    int dotRows();

    /** What {@link #rowsAlone} says at most, as measured with vectors of 256 and 512 bit. */
    int MOST_ALONE = 6;

    /**
     * Rows of activations, at least 1, up to which it is faster to decode the weights for each of
     * them in registers than once for a group of them, in memory or in registers.
     */
    int rowsAlone(Matrix m);

    /**
     * Weight rows, at least 1, that {@link #dots} reads side by side for a single row of
     * activations: as many bands of the rows it is asked for; what is left over is read row by row.
     */
    int rowsTogether(Matrix m);

    /**
     * Copies activations into the order in which the weights of {@code m} meet them.
     *
     * @param row the first weight row that will be asked for; others of the same block of scales
     *     may follow
     */
    void arrange(Matrix m, int row, DotOperands d);

    /**
     * Dot products of {@code count} rows of an output-major matrix with groups of arranged
     * activations: {@code y[group.first + t, column + r]}. The bits of a result depend on its two
     * rows alone.
     */
    void dots(Matrix m, int row, int count, DotOperands[] groups, Rows y, int column);

    /**
     * Whether {@link #addRows} sums codes as they are: results are then to be multiplied by the
     * scale of their output.
     */
    boolean sumsCodes(Matrix m);

    /** What {@link #columns} writes for one weight of an input-major matrix. */
    float code(Matrix m, int output, int input);

    /** What {@link #sumRows} says at most. */
    int MOST_SUM_ROWS = 16;

    /**
     * Rows of factors that {@link #addRows} takes at once for an input-major matrix, at least 1;
     * with more, panels are faster.
     */
    int sumRows(Matrix m);

    /**
     * The order in which {@link #addRows} and {@link #columns} take the rows of a block, their
     * count or depth; the caller arranges the activations alike.
     */
    InputOrder inputOrder(Matrix m);

    /**
     * Adds rows of an input-major matrix, each times its factor: {@code sums[t, j] += sum over i of
     * x[t, i] * W[row + input(i, count), column + j]} as one chain in the order of i, where input
     * is that of {@link #inputOrder} and x is already arranged so; columns in an order of the
     * kernel's own.
     *
     * @param count rows of the block, at most TileOperands.STRIDE
     */
    void addRows(Matrix m, int row, int count, int column, int columns, SumOperands s);

    /** Adds a row of sums to results: {@code y[at + j] += sums[t, j]}. */
    void collect(Matrix m, int columns, SumOperands s, int t, float[] y, int at);

    /**
     * Turns {@code depth} rows of {@code panels} times two vectors of columns of an input-major
     * matrix into FP32, exactly: {@code out[panel][depth][2 * lanes]}, rows in the order of {@link
     * #inputOrder}.
     */
    void columns(Matrix m, int row, int depth, int column, int panels, MemorySegment out);

    /**
     * Turns {@code depth} times two vectors into FP32, exactly: one panel. Both advance by {@code
     * stride} bytes; what the second reads may be of no use, but must lie in the segment.
     *
     * @param at first byte of the panel
     */
    void panel(
            MemorySegment data,
            DType dtype,
            long first,
            long second,
            long stride,
            int depth,
            MemorySegment out,
            long at);

    /**
     * Makes a panel of packed floats {@code [depth][rows]}, with something in the unused columns.
     */
    void spread(MemorySegment packed, long from, int rows, int depth, MemorySegment out);

    /** Sum of the squares of {@code count} elements. */
    float sumOfSquares(float[] x, int from, int count);

    /** Computes {@code out = x * factor * weight}. */
    void scaleBy(float[] x, int from, float factor, float[] weight, float[] out, int at, int count);

    /** Computes {@code x *= factor}. */
    void scale(float[] x, int from, int count, float factor);

    /** Computes {@code x += delta}. */
    void add(float[] x, int from, float[] delta, int at, int count);

    /**
     * Rotates the pairs of one head in place: {@code x[i] = x[i] * cos[i] + x[i ^ 1] * sin[i]};
     * {@code sin} holds the sine with its sign.
     */
    void rotate(float[] x, int from, int headDim, float[] cos, float[] sin, int table);

    /** Computes {@code out = gate / (1 + e^-gate) * up}. */
    void swiGlu(float[] x, int gate, int up, float[] out, int at, int count);

    /** The largest of {@code count} floats, at least 1 of them. */
    float max(MemorySegment x, long from, int count);

    /** Replaces floats x by {@code e^(x - max)} and returns the sum. */
    float expAndSum(MemorySegment x, long from, int count, float max);

    /** Multiplies each of {@code count} floats by the factor that belongs to it. */
    void multiply(MemorySegment x, long from, MemorySegment factors, long at, int count);

    /** Multiplies floats by a factor. */
    void scale(MemorySegment x, long from, int count, float factor);

    /**
     * Weighs neighbouring columns of 8-bit pixels, {@code [column][3 channels][2 * lanes rows]}:
     * {@code out[channel, row] = min(255, (half + sum over t of weights[at + t] * columns[from + t,
     * channel, row]) >> shift)}.
     *
     * @param from index of the first column's first byte
     * @param out {@code [3][2 * lanes]}
     */
    void weighColumns(
            byte[] columns, int from, int[] weights, int at, int taps, int shift, int[] out);

    /** Sum of {@code count} elements. */
    float sum(float[] x, int from, int count);

    /** Sum of the squares of {@code count} elements' distances from {@code mean}. */
    float sumOfSquares(float[] x, int from, int count, float mean);

    /**
     * Computes {@code out = (x - mean) * factor * gain + offset}.
     *
     * @param affine the gains, then the offsets, {@code count} of each
     */
    void shiftAndScale(
            float[] x,
            int from,
            float mean,
            float factor,
            float[] affine,
            float[] out,
            int at,
            int count);

    /** Computes {@code x = x / 2 * (1 + erf(x / sqrt 2))}. */
    void gelu(float[] x, int from, int count);
}
