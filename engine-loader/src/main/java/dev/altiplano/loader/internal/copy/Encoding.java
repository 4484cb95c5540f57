package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.quantise.Float4Codec;
import dev.altiplano.kernels.quantise.Float8Codec;
import dev.altiplano.kernels.quantise.IntegerCodec;
import dev.altiplano.kernels.quantise.WeightCodec;
import dev.altiplano.loader.QuantisedFormat;
import dev.altiplano.loader.TensorSpec;

import java.util.List;

/**
 * How codes of one format lie in a file: names, dtypes and shapes of compressed-tensors.
 *
 * <p>Source: {@code compressors/} of compressed-tensors.
 *
 * @param group inputs that share a scale; all of an output where the format has no groups
 * @param scaleType F32 or BF16; NVFP4 has its own
 */
record Encoding(QuantisedFormat format, int group, DType scaleType) {
    /** Groups that no matrix fills. */
    static final int WHOLE_OUTPUT = Integer.MAX_VALUE;

    /** Whether codes lie in words of 32 bits. */
    boolean isInWords() {
        return format == QuantisedFormat.INT4
                || (format == QuantisedFormat.INT8 && group != WHOLE_OUTPUT);
    }

    /** What {@code format} of the configuration says. */
    String formatName() {
        return switch (format) {
            case FP8 -> "float-quantized";
            case INT8, INT4 -> isInWords() ? "pack-quantized" : "int-quantized";
            case NVFP4 -> "nvfp4-pack-quantized";
        };
    }

    /** Whether one more number of a whole matrix is needed. */
    boolean hasGlobalScale() {
        return format == QuantisedFormat.NVFP4;
    }

    /** The tensor that holds the codes. */
    String codes(Linear linear) {
        return linear.name() + (isInWords() || hasGlobalScale() ? ".weight_packed" : ".weight");
    }

    String scales(Linear linear) {
        return linear.name() + ".weight_scale";
    }

    String shape(Linear linear) {
        return linear.name() + ".weight_shape";
    }

    String globalScale(Linear linear) {
        return linear.name() + ".weight_global_scale";
    }

    /** Everything that stands for one linear map. */
    List<TensorSpec> specs(Linear linear) {
        long outputs = linear.outputs();
        long inputs = linear.inputs();
        TensorSpec scales =
                TensorSpec.of(scales(linear), scaleName(), outputs, groups(linear.inputs()));
        return switch (format) {
            case FP8 -> List.of(TensorSpec.of(codes(linear), "F8_E4M3", outputs, inputs), scales);
            case INT8, INT4 ->
                    isInWords()
                            ? List.of(
                                    TensorSpec.of(shape(linear), "I64", 2),
                                    TensorSpec.of(
                                            codes(linear), "I32", outputs, rowBytes(linear) / 4),
                                    scales)
                            : List.of(TensorSpec.of(codes(linear), "I8", outputs, inputs), scales);
            case NVFP4 ->
                    List.of(
                            TensorSpec.of(globalScale(linear), "F32", 1),
                            TensorSpec.of(codes(linear), "U8", outputs, inputs / 2),
                            scales);
        };
    }

    private String scaleName() {
        return hasGlobalScale() ? "F8_E4M3" : scaleType.name();
    }

    int groups(int inputs) {
        return group == WHOLE_OUTPUT ? 1 : Math.ceilDiv(inputs, group);
    }

    /** Bytes of the codes of one output. */
    long rowBytes(Linear linear) {
        long inputs = linear.inputs();
        return switch (format) {
            case FP8 -> inputs;
            case INT8 -> isInWords() ? (inputs + 3) / 4 * 4 : inputs;
            case INT4 -> (inputs + 7) / 8 * 4;
            case NVFP4 -> inputs / 2;
        };
    }

    /** Bytes of the scales of one output. */
    long scaleBytes(Linear linear) {
        int width = hasGlobalScale() ? 1 : scaleType.bytes();
        return (long) groups(linear.inputs()) * width;
    }

    /**
     * What makes the codes.
     *
     * @param largest magnitude that the matrix and those with the same global scale have; any
     *     number for other formats
     */
    WeightCodec codec(float largest) {
        return switch (format) {
            case FP8 -> new Float8Codec(scaleType);
            case INT8 ->
                    new IntegerCodec(isInWords() ? DType.I8_BIASED : DType.I8, group, scaleType);
            case INT4 -> new IntegerCodec(DType.I4_BIASED, group, scaleType);
            case NVFP4 -> Float4Codec.forLargest(largest);
        };
    }

    /** Refuses a linear map whose inputs are no whole groups, as compressed-tensors does. */
    void requireFits(Linear linear) {
        int inputs = linear.inputs();
        boolean fits = inputs % group == 0 || (inputs < group && !hasGlobalScale());
        if (!fits) {
            throw new IllegalArgumentException(
                    "'%s' has %d inputs, no multiple of the group of %d: %s or keep it"
                            .formatted(
                                    linear.name(),
                                    inputs,
                                    group,
                                    hasGlobalScale()
                                            ? "choose another format"
                                            : "choose another group"));
        }
    }
}
