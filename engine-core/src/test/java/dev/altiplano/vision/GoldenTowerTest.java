package dev.altiplano.vision;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.altiplano.FormulaCheckpoint;
import dev.altiplano.kernels.DType;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Order;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Workers;
import dev.altiplano.loader.AffineWeights;
import dev.altiplano.loader.ImageProcessing;
import dev.altiplano.loader.ImageTokens;
import dev.altiplano.loader.Vision;
import dev.altiplano.loader.VisionConfig;
import dev.altiplano.loader.VisionLayerWeights;
import dev.altiplano.loader.VisionWeights;

import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;

/**
 * A tower whose weights come from a formula of their names, against numbers that two independent
 * implementations agree on to 1.5e-6.
 */
class GoldenTowerTest {
    private static final VisionConfig CONFIG =
            new VisionConfig(32, 3, 2, 128, 24, 4, 2, 20, 10_000, 0);
    private static final int TOKENS = CONFIG.tokensPerTile();

    private final Workers workers = new Workers(2);

    @AfterEach
    void endThreads() {
        workers.close();
    }

    private static Matrix matrix(String name, int outputs, int inputs) {
        return matrix(FormulaCheckpoint.values(name, outputs * inputs), outputs, inputs);
    }

    private static Matrix matrix(float[] values, int outputs, int inputs) {
        MemorySegment data = Arena.ofAuto().allocate(4L * values.length, 64);
        MemorySegment.copy(values, 0, data, ValueLayout.JAVA_FLOAT, 0, values.length);
        return new Matrix(data, DType.F32, Order.OUTPUT_MAJOR, outputs, inputs);
    }

    private static AffineWeights norm(String name) {
        return new AffineWeights(matrix(name + ".weight", 1, 32), matrix(name + ".bias", 1, 32));
    }

    private static AffineWeights linear(String name, int outputs, int inputs) {
        return new AffineWeights(
                matrix(name + ".weight", outputs, inputs), matrix(name + ".bias", 1, outputs));
    }

    private static VisionLayerWeights layer(int i) {
        String prefix = "vision_model.model.layers." + i + ".";
        return new VisionLayerWeights(
                norm(prefix + "input_layernorm"),
                linear(prefix + "self_attn.q_proj", 32, 32),
                linear(prefix + "self_attn.k_proj", 32, 32),
                linear(prefix + "self_attn.v_proj", 32, 32),
                linear(prefix + "self_attn.o_proj", 32, 32),
                norm(prefix + "post_attention_layernorm"),
                linear(prefix + "mlp.fc1", 128, 32),
                linear(prefix + "mlp.fc2", 32, 128));
    }

    /** With a projector that changes nothing: the numbers are those in front of it. */
    private static ImageTower tower() {
        float[] identity = new float[20 * 20];
        for (int i = 0; i < 20; i++) {
            identity[21 * i] = 1;
        }
        VisionWeights weights =
                new VisionWeights(
                        matrix("vision_model.patch_embedding.linear.weight", 32, 48),
                        matrix("vision_model.class_embedding", 1, 32),
                        matrix("vision_model.positional_embedding_vlm", 37, 32),
                        norm("vision_model.layernorm_pre"),
                        IntStream.range(0, 3).mapToObj(GoldenTowerTest::layer).toList(),
                        norm("vision_model.layernorm_post"),
                        matrix("vision_model.vision_adapter.mlp.fc1.weight", 20, 128),
                        matrix("vision_model.vision_adapter.mlp.fc2.weight", 20, 20),
                        matrix(identity, 20, 20));
        return new ImageTower(
                new Vision(CONFIG, weights, ImageProcessing.llama4(24), ImageTokens.LLAMA4));
    }

    /** The formula's picture as every tile; tile t is multiplied by {@code 1 + t}. */
    private record FormulaTiles(int tiles) implements Tiles {
        private static final float[] PIXELS = pixels();

        private static float[] pixels() {
            float[] pixels = FormulaCheckpoint.values("pixels", 3 * 24 * 24);
            for (int i = 0; i < pixels.length; i++) {
                pixels[i] = (float) (pixels[i] / 0.6 * 2); // weights are 0.6 u, pixels 2 u
            }
            return pixels;
        }

        @Override
        public void patch(int tile, int row, int column, int patchSize, float[] out, int at) {
            int to = at;
            for (int c = 0; c < 3; c++) {
                for (int y = row * patchSize; y < (row + 1) * patchSize; y++) {
                    for (int x = column * patchSize; x < (column + 1) * patchSize; x++) {
                        out[to++] = (1 + tile) * PIXELS[(c * 24 + y) * 24 + x];
                    }
                }
            }
        }
    }

    private Rows encode(int tiles) {
        return tower().encode(
                        new FormulaTiles(tiles), new ImageTower.Run(workers::run, null, null));
    }

    @Test
    void theFormulaTowerGivesTheGoldenNumbers() {
        Rows features = encode(1);

        assertThat(features.count()).isEqualTo(TOKENS);
        assertRow(features, 0, -0.12470f, 0.09463f, 1.16441f, 0.14746f, -0.15797f, 0.16621f);
        assertRow(features, 1, 0.63828f, -0.04683f, 0.38574f, 0.75787f, -0.07371f, -0.16993f);
        assertRow(features, 3, 0.12365f, 0.05032f, 0.09872f, 0.14032f, -0.13596f, 0.68744f);
        assertRow(features, 8, -0.16054f, 0.18999f, 0.46883f, 0.17567f, -0.05782f, -0.05447f);
    }

    private static void assertRow(Rows features, int row, float... first) {
        int at = features.offset(row);
        assertThat(Arrays.copyOfRange(features.data(), at, at + first.length))
                .as("feature %d", row)
                .containsExactly(first, within(1e-4f));
    }

    /** More tiles than one pass takes, and a last pass that is not full. */
    @Test
    void tilesKnowNothingOfEachOther() {
        Rows six = encode(6);
        Rows one = encode(1);

        assertThat(six.count()).isEqualTo(6 * TOKENS);
        for (int i = 0; i < TOKENS * 20; i++) {
            // the number of rows decides which kernel multiplies
            assertThat(six.data()[i]).isCloseTo(one.data()[i], within(1e-5f));
        }
        assertThat(Arrays.copyOfRange(six.data(), 5 * TOKENS * 20, 6 * TOKENS * 20))
                .isNotEqualTo(Arrays.copyOf(six.data(), TOKENS * 20));
    }

    @Test
    void threadsChangeNoBit() {
        Rows two = encode(3);
        try (Workers alone = new Workers(1)) {
            Rows one =
                    tower().encode(new FormulaTiles(3), new ImageTower.Run(alone::run, null, null));

            assertThat(one.data()).isEqualTo(two.data());
        }
    }

    @Test
    void aPassEndsBetweenLayersWhenCancelled() {
        int[] asked = new int[1];
        int[] seen = new int[1];
        ImageTower.Run run =
                new ImageTower.Run(
                        workers::run, (layer, tile, x) -> seen[0]++, () -> ++asked[0] == 2);

        assertThatThrownBy(() -> tower().encode(new FormulaTiles(1), run))
                .isInstanceOf(CancellationException.class);
        assertThat(seen[0]).as("layers seen, the first input included").isEqualTo(2);
    }
}
