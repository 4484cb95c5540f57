package dev.altiplano.loader;

import java.util.Locale;
import java.util.OptionalInt;

/** How a {@link QuantisedCopy} stores weights: formats of compressed-tensors. */
public enum QuantisedFormat {
    /** {@code float-quantized}: E4M3, one scale an output. 8 bits a weight. */
    FP8,
    /**
     * {@code int-quantized}: whole numbers of 8 bits, one scale an output; with groups {@code
     * pack-quantized}.
     */
    INT8,
    /** {@code pack-quantized}: whole numbers of 4 bits, one scale a group of inputs. */
    INT4,
    /** {@code nvfp4-pack-quantized}: E2M1, one E4M3 scale for 16 inputs. 4.5 bits a weight. */
    NVFP4;

    private static final int USUAL_GROUP = 128;
    private static final int NVFP4_GROUP = 16;

    /** Inputs that share a scale when nobody says otherwise; empty for all of an output. */
    public OptionalInt usualGroup() {
        return switch (this) {
            case FP8, INT8 -> OptionalInt.empty();
            case INT4 -> OptionalInt.of(USUAL_GROUP);
            case NVFP4 -> OptionalInt.of(NVFP4_GROUP);
        };
    }

    /** As it is written on a command line: {@code int4}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
