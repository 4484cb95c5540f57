package dev.altiplano.bench.synthetic;

/** Llama 4 shapes of some hundred kilobytes. */
final class SmallShapes {
    private SmallShapes() {}

    /** Every layer a mixture of 4 experts; the fourth layer is full and knows no positions. */
    static SyntheticShape scout() {
        return shrunk(SyntheticShape.scout(4));
    }

    /** Mixtures and dense layers in turn. */
    static SyntheticShape maverick() {
        return shrunk(SyntheticShape.maverick(4));
    }

    /** With a tower of two layers for tiles of 56 pixels. */
    static SyntheticShape withTower() {
        return scout().withVision(
                        SyntheticVision.published()
                                .with("hidden_size", 32)
                                .with("num_hidden_layers", 2)
                                .with("num_attention_heads", 2)
                                .with("intermediate_size", 128)
                                .with("image_size", 56)
                                .with("projector_input_dim", 48));
    }

    private static SyntheticShape shrunk(SyntheticShape published) {
        return published
                .with("vocab_size", 300)
                .with("hidden_size", 64)
                .with("intermediate_size", 96)
                .with("intermediate_size_mlp", 128)
                .with("num_attention_heads", 4)
                .with("num_key_value_heads", 2)
                .with("head_dim", 16)
                .with("num_local_experts", 4)
                .with("attention_chunk_size", 32);
    }
}
