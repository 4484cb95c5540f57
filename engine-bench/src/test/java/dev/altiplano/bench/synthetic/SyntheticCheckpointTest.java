package dev.altiplano.bench.synthetic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.altiplano.Content;
import dev.altiplano.GenerationRequest;
import dev.altiplano.ImageEncoder;
import dev.altiplano.Llama4Model;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

class SyntheticCheckpointTest {
    @TempDir private Path folder;

    @ParameterizedTest
    @EnumSource
    void opensAndAnswers(SyntheticFormat format) {
        write(SmallShapes.scout(), format, 1);

        try (Llama4Model model = Llama4Model.open(folder)) {
            GenerationRequest request =
                    GenerationRequest.tokens(1, 2, 3).maxTokens(5).ignoreStopTokens();
            assertThat(model.generate(request).tokens()).hasSize(5);
        }
    }

    @ParameterizedTest
    @EnumSource
    void looksAtPictures(SyntheticFormat format) {
        write(SmallShapes.withTower(), format, 1);

        BufferedImage picture = new BufferedImage(112, 50, BufferedImage.TYPE_3BYTE_BGR);
        try (Llama4Model model = Llama4Model.open(folder)) {
            ImageEncoder encoder = model.imageEncoder().orElseThrow();
            List<float[]> features = encoder.features(Content.image(picture));
            assertThat(features.size()).as("features of 3 tiles").isEqualTo(3 * 4);
            for (float[] row : features) {
                double squares = 0;
                for (float value : row) {
                    squares += value * value;
                }
                assertThat(Math.sqrt(squares / row.length)).isBetween(0.05, 3.0);
            }
        }
    }

    /** Weights keep the scale of what they multiply, so logits are of the order of 1. */
    @Test
    void logitsStayFiniteAndDiffer() {
        write(SmallShapes.maverick(), SyntheticFormat.BF16, 1);

        int[] ids = IntStream.range(0, 100).toArray(); // three chunks and a bit
        try (Llama4Model model = Llama4Model.open(folder)) {
            model.logits(
                    ids,
                    true,
                    (position, logits) -> {
                        double squares = 0;
                        for (float logit : logits) {
                            squares += logit * logit;
                        }
                        assertThat(Math.sqrt(squares / logits.length)).isBetween(0.3, 3.0);
                    });
        }
    }

    @Test
    void hasTheShapeThatWasAskedFor() {
        write(SmallShapes.maverick(), SyntheticFormat.BF16, 1);

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.config().vocabularySize()).isEqualTo(300);
            assertThat(checkpoint.config().qkNorm()).isFalse();
            assertThat(checkpoint.config().layers().stream().map(l -> l.mixture()))
                    .containsExactly(false, true, false, true);
            assertThat(checkpoint.config().layers().stream().map(l -> l.rotary()))
                    .containsExactly(true, true, true, false);
            assertThat(checkpoint.config().chunkSize()).hasValue(32);
        }
    }

    @Test
    void layersWithoutExpertsAreDense() {
        write(SmallShapes.scout().with("num_local_experts", 0), SyntheticFormat.BF16, 1);

        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            assertThat(checkpoint.config().layers()).noneMatch(layer -> layer.mixture());
        }
    }

    @Test
    void theSameSeedGivesTheSameBytesOnAnyNumberOfThreads() throws IOException {
        for (int threads : new int[] {1, 3}) {
            checkpoint(SmallShapes.scout(), SyntheticFormat.FP8, 7)
                    .write(folder.resolve("by" + threads), threads, words -> {});
        }

        for (Path file : files(folder.resolve("by1"))) {
            Path other = folder.resolve("by3").resolve(file.getFileName());
            assertThat(Files.mismatch(file, other)).as(file.toString()).isEqualTo(-1);
        }
    }

    @Test
    void anotherSeedGivesOtherWeights() throws IOException {
        for (long seed : new long[] {7, 8}) {
            checkpoint(SmallShapes.scout(), SyntheticFormat.BF16, seed)
                    .write(folder.resolve("of" + seed), 1, words -> {});
        }

        String shard = "model-00001-of-00003.safetensors";
        assertThat(folder.resolve("of7").resolve(shard))
                .hasSize(Files.size(folder.resolve("of8").resolve(shard)));
        assertThat(
                        Files.mismatch(
                                folder.resolve("of7").resolve(shard),
                                folder.resolve("of8/" + shard)))
                .isPositive();
    }

    @Test
    void shardsAreNoLongerThanWantedUnlessATensorIs() throws IOException {
        write(SmallShapes.scout(), SyntheticFormat.BF16, 1);

        List<Path> shards =
                files(folder).stream().filter(f -> f.toString().endsWith(".safetensors")).toList();
        assertThat(shards).hasSizeGreaterThan(2);
        for (Path shard : shards) {
            try (SafetensorsFile file = SafetensorsFile.open(shard)) {
                assertThat(file.tensors().stream().mapToLong(StoredTensor::bytes).sum())
                        .isLessThanOrEqualTo(SHARD_BYTES);
            }
        }
    }

    @Test
    void expertsQuantisedOneByOneHaveAScaleForEachOutput() throws IOException {
        checkpoint(SmallShapes.scout(), SyntheticFormat.FP8, 1).write(folder, 1, words -> {});

        String expert = "model.layers.3.feed_forward.experts.2.down_proj.weight";
        assertThat(stored(expert).dtype()).isEqualTo("F8_E4M3");
        assertThat(stored(expert).shape()).containsExactly(64L, 96L);
        assertThat(stored(expert + "_scale").dtype()).isEqualTo("BF16");
        assertThat(stored(expert + "_scale").shape()).containsExactly(64L, 1L);
        assertThat(stored("model.layers.3.self_attn.q_proj.weight").dtype()).isEqualTo("BF16");
        assertThat(folder.resolve("config.json"))
                .content()
                .contains("compressed-tensors", "float-quantized");
    }

    private StoredTensor stored(String name) throws IOException {
        for (Path file : files(folder)) {
            if (file.toString().endsWith(".safetensors")) {
                try (SafetensorsFile open = SafetensorsFile.open(file)) {
                    if (open.contains(name)) {
                        return open.tensor(name);
                    }
                }
            }
        }
        throw new AssertionError("no tensor " + name);
    }

    @Test
    void aFolderThatHoldsSomethingIsLeftAlone() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "precious");

        assertThatThrownBy(() -> write(SmallShapes.scout(), SyntheticFormat.BF16, 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(folder + ": is not empty, expected a new folder");
        assertThat(files(folder)).hasSize(1);
    }

    @Test
    void refusesWhatTheDiskHasNoRoomFor() throws IOException {
        SyntheticShape shape = SyntheticShape.maverick(780).with("vocab_size", 1_000_000_000);
        SyntheticCheckpoint huge = checkpoint(shape, SyntheticFormat.F32, 1); // 67 TB

        assertThatThrownBy(() -> huge.write(folder, 1, words -> {}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageMatching(
                        "\\Q%s\\E: needs \\d+\\.\\d\\d GiB, the disk has room for \\d+\\.\\d\\d GiB"
                                .formatted(folder));
        assertThat(files(folder)).isEmpty();
    }

    @Test
    void nothingRemainsOfWhatFailed() throws IOException {
        SyntheticCheckpoint checkpoint = checkpoint(SmallShapes.scout(), SyntheticFormat.BF16, 1);

        assertThatThrownBy(() -> checkpoint.write(folder, 1, this::failAtTheSecondShard))
                .hasMessage("enough");
        assertThat(files(folder)).isEmpty();
    }

    private void failAtTheSecondShard(String words) {
        if (Files.exists(folder.resolve("model-00001-of-00003.safetensors"))) {
            throw new IllegalStateException("enough");
        }
    }

    private static final long SHARD_BYTES = 400_000;

    private void write(SyntheticShape shape, SyntheticFormat format, long seed) {
        checkpoint(shape, format, seed).write(folder, 2, words -> {});
    }

    private static SyntheticCheckpoint checkpoint(
            SyntheticShape shape, SyntheticFormat format, long seed) {
        return new SyntheticCheckpoint(shape, format, seed, SHARD_BYTES);
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> all = Files.list(folder)) {
            return all.toList();
        }
    }
}
