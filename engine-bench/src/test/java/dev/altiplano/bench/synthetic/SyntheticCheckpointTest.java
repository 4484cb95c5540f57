package dev.altiplano.bench.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.GenerationRequest;
import dev.altiplano.Llama4Model;

import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.nio.file.Path;

class SyntheticCheckpointTest {
    @TempDir Path folder;

    @ParameterizedTest
    @EnumSource(
            mode = EnumSource.Mode.INCLUDE,
            names = {"BF16", "F16", "F32"})
    void opensAndAnswers(SyntheticFormat format) {
        new SyntheticCheckpoint(small(SyntheticShape.scout(4)), format, 1, 200_000)
                .write(folder, 2, words -> {});

        try (Llama4Model model = Llama4Model.open(folder)) {
            GenerationRequest request =
                    GenerationRequest.tokens(1, 2, 3).maxTokens(5).ignoreStopTokens();

            assertThat(model.generate(request).tokens()).hasSize(5);
        }
    }

    private static SyntheticShape small(SyntheticShape published) {
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
