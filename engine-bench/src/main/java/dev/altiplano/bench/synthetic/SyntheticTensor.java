package dev.altiplano.bench.synthetic;

import dev.altiplano.loader.TensorSpec;

/** A tensor and what it is filled with. */
record SyntheticTensor(TensorSpec spec, Values values) {
    static SyntheticTensor of(String name, String dtype, Values values, long... shape) {
        return new SyntheticTensor(TensorSpec.of(name, dtype, shape), values);
    }

    /** Number of elements. */
    long elements() {
        return spec.shape().stream().reduce(1L, Math::multiplyExact);
    }

    /** Bytes of an element. */
    int width() {
        return Encoding.of(spec.dtype()).bytes();
    }

    long bytes() {
        return Math.multiplyExact(elements(), width());
    }
}
