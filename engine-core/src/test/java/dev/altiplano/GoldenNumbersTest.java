package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import static java.util.Objects.requireNonNull;

import dev.altiplano.loader.TensorSpec;

import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;

/**
 * Numbers that Hugging Face transformers and an independent float64 program agree on, for weights
 * that come from a formula.
 */
class GoldenNumbersTest {
    private static final int[] TOKENS =
            IntStream.range(0, 23).map(t -> (7 * t * t + 3 * t + 1) % 97).toArray();

    /** Float32 against float64: the two references differ by 2e-6 here. */
    private static final Offset<Float> CLOSE = within(1e-4f);

    @TempDir Path folder;

    @Test
    void theFormulaGivesTheWrittenWeights() {
        assertThat(
                        FormulaCheckpoint.values(
                                new TensorSpec("model.norm.weight", "F32", List.of(3L))))
                .containsExactly(1.2972304f, 1.1062117f, 0.98194176f);
        assertThat(
                        FormulaCheckpoint.values(
                                new TensorSpec("lm_head.weight", "F32", List.of(3L, 1L))))
                .containsExactly(new float[] {-0.1942837f, -0.04082558f, 0.141334f}, within(1e-7f));
    }

    @Test
    void logitsOfOneExpertPerTokenWithQkNormAndScaledRope() throws IOException {
        Traced traced = trace(1, true);

        traced.assertLogits(
                0, 20, 2.37493f, -0.19996f, 0.09152f, 0.30259f, -0.39349f, -1.19579f, -1.18487f);
        traced.assertLogits(
                3, 39, 2.50121f, -1.28266f, 1.08049f, 0.85464f, -0.45831f, -1.92584f, -0.61362f);
        traced.assertLogits(
                4, 63, 2.55680f, 0.26980f, 0.70333f, -0.64156f, 2.51996f, 1.61639f, -0.01535f);
        traced.assertLogits(
                7, 43, 2.62794f, 0.63291f, -0.27234f, -1.66530f, 0.74668f, 2.16259f, 0.57714f);
        traced.assertLogits(
                8, 87, 2.40973f, -0.41815f, -1.50216f, 0.99359f, -0.52088f, -2.23289f, 0.93213f);
        traced.assertLogits(
                15, 43, 3.08842f, 1.36000f, 0.35142f, -0.70171f, -0.59144f, 1.71232f, -0.88289f);
        traced.assertLogits(
                22, 72, 2.60960f, -0.03016f, 1.10930f, -0.05297f, -1.52247f, 0.97419f, -0.96146f);
    }

    @Test
    void residualStreamOfOneExpertPerToken() throws IOException {
        Traced traced = trace(1, true);

        traced.assertHidden(1, 5, 0.756043f, 0.035561f, -0.894773f, 0.232927f);
        traced.assertHidden(1, 22, -1.158574f, 1.806346f, -0.122563f, -0.838667f);
        traced.assertHidden(2, 5, 0.665647f, -1.331850f, -2.310504f, -0.243211f);
        traced.assertHidden(2, 22, -3.601692f, 2.622061f, 0.771215f, -0.787000f);
        traced.assertHidden(4, 5, -0.580110f, -3.647251f, -2.702450f, 0.660335f);
        traced.assertHidden(4, 22, -6.536120f, 2.914449f, 0.945667f, -2.155635f);
    }

    @Test
    void logitsOfTwoExpertsPerToken() throws IOException {
        Traced traced = trace(2, true);

        traced.assertHidden(2, 5, 0.422962f, -1.211081f, -2.215398f, -0.221591f);
        traced.assertLogits(
                4, 63, 3.06933f, 0.59317f, 0.58075f, -0.86484f, 2.41754f, 1.62889f, -0.25944f);
        traced.assertLogits(
                22, 72, 2.31423f, 0.22292f, 1.09842f, -0.22345f, -1.76226f, 0.85816f, -0.99857f);
    }

    @Test
    void logitsWithoutQkNormAndWithPlainRope() throws IOException {
        Traced traced = trace(1, false);

        traced.assertHidden(1, 5, 1.019219f, -0.077954f, -0.900898f, 0.081666f);
        traced.assertLogits(
                0, 20, 2.37493f, -0.19996f, 0.09152f, 0.30259f, -0.39349f, -1.19579f, -1.18487f);
        traced.assertLogits(
                3, 20, 2.23178f, -1.30438f, 1.12308f, 0.80557f, -0.30188f, -1.76756f, -0.73144f);
        traced.assertLogits(
                4, 63, 2.61294f, 0.42103f, 0.62703f, -0.70578f, 2.38721f, 1.69671f, -0.08350f);
        traced.assertLogits(
                7, 84, 2.70858f, 0.88732f, 0.08701f, -1.50845f, 0.69400f, 1.40952f, 0.56366f);
        traced.assertLogits(
                8, 93, 2.46046f, -0.34137f, -1.65878f, 0.90136f, -0.47542f, -2.16690f, 0.90956f);
        traced.assertLogits(
                15, 92, 3.09772f, 1.55597f, 0.33752f, -0.61197f, -0.68021f, 1.67162f, -0.99611f);
        traced.assertLogits(
                22, 72, 2.42184f, 0.05655f, 1.06562f, -0.08536f, -1.73378f, 0.82911f, -1.02053f);
    }

    private Traced trace(int expertsPerToken, boolean scout) throws IOException {
        FormulaCheckpoint.write(folder, expertsPerToken, scout);
        Traced traced = new Traced();
        try (Llama4Model model = Llama4Model.open(folder, ModelOptions.defaults().threads(2))) {
            model.trace(TOKENS, traced);
        }
        return traced;
    }

    private static final class Traced implements TraceConsumer {
        private final Map<List<Integer>, float[]> hidden = new HashMap<>();
        private final Map<Integer, float[]> logits = new HashMap<>();

        @Override
        public void hidden(int layer, int position, float[] values) {
            hidden.put(List.of(layer, position), values.clone());
        }

        @Override
        public void logits(int position, float[] values) {
            logits.put(position, values.clone());
        }

        void assertHidden(int layer, int position, float... first) {
            float[] row = requireNonNull(hidden.get(List.of(layer, position)));
            assertThat(Arrays.copyOf(row, first.length))
                    .as("after layer %d at position %d", layer - 1, position)
                    .containsExactly(first, CLOSE);
        }

        void assertLogits(int position, int best, float highest, float... first) {
            float[] row = requireNonNull(logits.get(position));
            assertThat(Arrays.copyOf(row, first.length))
                    .as("logits at position %d", position)
                    .containsExactly(first, CLOSE);
            assertThat(row[best]).as("largest logit at %d", position).isCloseTo(highest, CLOSE);
            for (float value : row) {
                assertThat(value).isLessThanOrEqualTo(row[best]);
            }
        }
    }
}
