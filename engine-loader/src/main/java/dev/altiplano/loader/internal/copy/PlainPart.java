package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.DType;
import dev.altiplano.loader.TensorSpec;

import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A linear map that is written as plain numbers, output by output, though the source has it in
 * another order or as codes.
 *
 * @param dtype BF16, F16 or F32
 * @param exact whether the source holds the same numbers
 */
record PlainPart(Linear linear, DType dtype, boolean exact) implements Part {
    /** Half of the last place of BF16, as a share of a number. */
    private static final float ROUNDING = 0x1p-8f;

    private String name() {
        return linear.name() + ".weight";
    }

    @Override
    public List<TensorSpec> specs() {
        return List.of(TensorSpec.of(name(), dtype.name(), linear.outputs(), linear.inputs()));
    }

    @Override
    public long weights() {
        return linear.weights();
    }

    @Override
    public void write(ShardFile shard, Strips strips) {
        long rowBytes = (long) linear.inputs() * dtype.bytes();
        strips.eachCounted(
                linear,
                (scratch, first, count) -> {
                    scratch.weights.read(linear.matrix(), linear.first() + first, count);
                    MemorySegment bytes = scratch.buffer(count * rowBytes);
                    scratch.weights.write(dtype, bytes);
                    shard.write(name(), first * rowBytes, bytes);
                });
    }

    @Override
    public void verify(WrittenCopy copy, Strips strips, ErrorSum errors) {
        Linear written = copy.linear(linear.name());
        strips.eachCounted(
                linear,
                (scratch, first, count) -> {
                    scratch.weights.read(linear.matrix(), linear.first() + first, count);
                    scratch.written.read(written.matrix(), written.first() + first, count);
                    for (int i = 0; i < linear.inputs(); i++) {
                        for (int j = 0; j < count; j++) {
                            float weight = scratch.weights.at(j, i);
                            float found = scratch.written.at(j, i);
                            if (!isSame(weight, found)) {
                                throw copy.wrong(name(), first + j, i, found, weight);
                            }
                        }
                    }
                });
    }

    private boolean isSame(float weight, float found) {
        return Float.compare(weight, found) == 0
                || (!exact && Math.abs(weight - found) <= Math.abs(weight) * ROUNDING + least());
    }

    /** Below it, numbers have fewer digits. */
    private float least() {
        return dtype == DType.F16 ? 0x1p-24f : Float.MIN_NORMAL;
    }
}
