package dev.altiplano.bench.synthetic;

import java.util.Locale;

/** How the weights of a synthetic checkpoint are stored. */
public enum SyntheticFormat {
    /** Plain BF16, as Meta publishes Scout and Maverick. */
    BF16("BF16"),
    /** Plain F16. */
    F16("F16"),
    /** Plain F32. */
    F32("F32"),
    /**
     * compressed-tensors {@code float-quantized}, one scale per output: experts one by one, shared
     * experts and dense layers in FP8, the rest in BF16. What llm-compressor writes.
     */
    FP8("BF16"),
    /** As {@link #FP8}, but routed experts alone are quantised, as in Meta's Maverick-FP8. */
    FP8_EXPERTS("BF16"),
    /**
     * ModelOpt FP8, one scale per tensor: fused experts, shared experts and dense layers in FP8,
     * the rest in BF16.
     */
    FP8_FUSED("BF16");

    private final String plain;

    SyntheticFormat(String plain) {
        this.plain = plain;
    }

    /** Type of what is not quantised, as safetensors spells it. */
    String plain() {
        return plain;
    }

    boolean quantised() {
        return this == FP8 || this == FP8_EXPERTS || this == FP8_FUSED;
    }

    /** Whether each expert has tensors of its own. */
    boolean expertsApart() {
        return this == FP8 || this == FP8_EXPERTS;
    }

    /** Whether shared experts and dense layers are quantised. */
    boolean densePartsQuantised() {
        return this == FP8 || this == FP8_FUSED;
    }

    /** As it is written on a command line: {@code fp8-experts}. */
    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
