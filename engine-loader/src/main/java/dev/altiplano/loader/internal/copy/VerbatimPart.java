package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.Matrix;
import dev.altiplano.loader.TensorSpec;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.util.List;

/**
 * A tensor that is copied byte by byte.
 *
 * @param spec how it is called in the copy
 * @param data where it is mapped
 */
record VerbatimPart(TensorSpec spec, MemorySegment data) implements Part {
    /** A norm or a bias. */
    static VerbatimPart ofVector(String name, Matrix vector) {
        String dtype = vector.dtype().name();
        return new VerbatimPart(TensorSpec.of(name, dtype, vector.inputs()), vector.data());
    }

    @Override
    public List<TensorSpec> specs() {
        return List.of(spec);
    }

    @Override
    public long weights() {
        return spec.shape().stream().reduce(1L, (a, b) -> a * b);
    }

    @Override
    public void write(ShardFile shard, Strips strips) throws IOException {
        shard.write(spec.name(), 0, data);
        strips.count(weights());
    }

    @Override
    public void verify(WrittenCopy copy, Strips strips, ErrorSum errors) {
        long at = data.mismatch(copy.data(spec.name()));
        if (at >= 0) {
            throw copy.wrong(
                    spec.name(), "differs from the source at byte %d of its data".formatted(at));
        }
        strips.count(weights());
    }
}
