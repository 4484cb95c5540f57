package dev.altiplano.bench.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SyntheticShapeTest {
    /** Text parameters of the published models, two bytes each. */
    @Test
    void presetsAreAsLargeAsThePublishedModels() {
        assertThat(bytes(SyntheticShape.scout(48), SyntheticFormat.BF16))
                .isEqualTo(2 * 107_769_861_120L);
        assertThat(bytes(SyntheticShape.maverick(48), SyntheticFormat.BF16))
                .isEqualTo(2 * 400_711_848_960L);
    }

    /** All parameters of the published model, its tower and projector included. */
    @Test
    void aTowerIsAsLargeAsThePublishedOne() {
        SyntheticShape scout = SyntheticShape.scout(48).withVision(SyntheticVision.published());

        assertThat(bytes(scout, SyntheticFormat.BF16)).isEqualTo(2 * 108_641_793_536L);
    }

    /** One byte for each weight of an expert, two for the rest and for each output's scale. */
    @Test
    void quantisedExpertsTakeAByteAWeightAndAScaleARow() {
        long experts = 386_547_056_640L;
        long rows = 24L * 128 * (8192 + 8192 + 5120);

        assertThat(bytes(SyntheticShape.maverick(48), SyntheticFormat.FP8_EXPERTS))
                .isEqualTo(experts + 2 * (400_711_848_960L - experts) + 2 * rows);
    }

    private static long bytes(SyntheticShape shape, SyntheticFormat format) {
        return new SyntheticCheckpoint(shape, format, 1).bytes();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    hidden         | 1     | "'hidden' is not one of vocab_size, hidden_size,"
                    hidden_size    | 0     | hidden_size is 0, expected 1 to 1073741823
                    num_hidden_layers | 5000 | num_hidden_layers is 5000, expected 1 to 4096
                    use_qk_norm    | 2     | use_qk_norm is 2, expected 0 to 1
                    """)
    void refusesWhatIsNoSize(String name, int value, String words) {
        assertThatThrownBy(() -> SyntheticShape.scout(1).with(name, value))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(words);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    num_key_value_heads | 7  | num_attention_heads is 40, not a multiple of num_key_value_heads 7
                    head_dim            | 3  | head_dim is 3, expected an even number
                    num_experts_per_tok | 17 | num_experts_per_tok is 17, expected at most num_local_experts 16
                    num_local_experts   | 100001 | num_hidden_layers is 1 and num_local_experts 100001, expected at most 100000 experts in all layers
                    """)
    void refusesSizesThatContradictEachOther(String name, int value, String words) {
        SyntheticShape shape = SyntheticShape.scout(1).with(name, value);

        assertThatThrownBy(() -> new SyntheticCheckpoint(shape, SyntheticFormat.BF16, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(words);
    }

    @Test
    void refusesWhatNobodyCanCount() {
        SyntheticShape shape =
                SyntheticShape.scout(4096)
                        .with("hidden_size", 1_000_000_000)
                        .with("num_local_experts", 20)
                        .with("intermediate_size", 1_000_000_000);
        SyntheticCheckpoint checkpoint = new SyntheticCheckpoint(shape, SyntheticFormat.BF16, 1);

        assertThatThrownBy(checkpoint::bytes)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "4096 layers, hidden size 1000000000, 20 experts, vocabulary 202048 is"
                                + " too large to be written");
    }
}
