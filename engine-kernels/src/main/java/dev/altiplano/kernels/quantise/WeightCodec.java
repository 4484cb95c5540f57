package dev.altiplano.kernels.quantise;

import dev.altiplano.kernels.DType;

/** Turns weights into codes of one type, with scales. */
public sealed interface WeightCodec permits IntegerCodec, Float8Codec, Float4Codec {
    /** The type of the codes. */
    DType dtype();

    /** The type of the scales. */
    DType scaleType();

    /**
     * Encodes a strip.
     *
     * @throws IllegalArgumentException if a weight is no finite number
     */
    void encode(WeightStrip strip, CodedStrip out);

    /**
     * Whether a decoded weight is as near as its type allows; a little more, for the rounding of
     * the question itself.
     *
     * @param weight that was encoded
     * @param decoded what the code says
     * @param scale what the code was multiplied by
     */
    boolean isNear(float weight, float decoded, float scale);
}
