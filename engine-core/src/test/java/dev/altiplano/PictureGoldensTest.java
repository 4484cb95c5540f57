package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.SafetensorsFile;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Pixels, every layer of the tower, features, tokens, logits and greedy answers equal those of
 * Hugging Face transformers: prompts with one, two and four pictures of up to 13 tiles in all.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PictureGoldensTest {
    /** Two float32 implementations differ by about 1e-5 of the largest value; this is generous. */
    private static final double TOLERANCE = 1e-3;

    private static final ValueLayout.OfFloat FLOAT =
            ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfShort SHORT =
            ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    private static final ValueLayout.OfInt INT =
            ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

    private final Path folder = Goldens.folder("vision56");
    private Llama4Model model;
    private SafetensorsFile expected;

    @BeforeAll
    void open() {
        model = Llama4Model.open(folder, ModelOptions.defaults().threads(2));
        expected = SafetensorsFile.open(folder.resolve("expected.safetensors"));
    }

    @AfterAll
    void close() {
        expected.close();
        model.close();
    }

    private Image picture(int number) {
        return Content.image(folder.resolve("p%d.png".formatted(number)));
    }

    /** The users' words and pictures of a recorded prompt. */
    private List<Content> parts(int prompt) {
        return switch (prompt) {
            case 0 -> List.of(picture(0), Content.text("What is this?"));
            case 1 -> List.of(Content.text("Hello there"));
            case 2 ->
                    List.of(
                            Content.text("Compare "),
                            picture(1),
                            Content.text(" with "),
                            picture(2),
                            Content.text(" please"));
            default ->
                    List.of(
                            picture(3),
                            picture(4),
                            picture(0),
                            picture(1),
                            Content.text("Which one?"));
        };
    }

    private List<Image> pictures(int prompt) {
        List<Image> pictures = new ArrayList<>();
        for (Content part : parts(prompt)) {
            if (part instanceof Image image) {
                pictures.add(image);
            }
        }
        return pictures;
    }

    private static Message message(List<Content> parts) {
        return Message.user(parts.toArray(Content[]::new));
    }

    private int[] ids(int prompt) {
        return expected.data("ids." + prompt).toArray(INT);
    }

    @Test
    void pixelsAreTheReferencesBitForBit() {
        short[] stored = expected.data("pixel_values.0").toArray(SHORT);

        ImageTiles tiles = model.imageEncoder().orElseThrow().tiles(picture(0));

        assertThat(tiles.pixelValues()).hasSize(1);
        float[] pixels = tiles.pixelValues().getFirst();
        for (int i = 0; i < stored.length; i++) {
            assertThat(pixels[i]).isEqualTo(Float.intBitsToFloat(stored[i] << 16));
        }
    }

    @Test
    void everyLayerOfTheTowerIsRight() {
        List<String> faults = new ArrayList<>();
        int[] seen = new int[1];

        model.imageEncoder()
                .orElseThrow()
                .trace(
                        picture(0),
                        (layer, tile, token, hidden) -> {
                            seen[0]++;
                            float[] all = floats("vision_hidden.0." + layer);
                            String what = "layer %d, token %d".formatted(layer, token);
                            compare(what, hidden, all, token * hidden.length, faults);
                        });

        assertThat(faults).isEmpty();
        assertThat(seen[0]).as("tokens in 4 layers").isEqualTo(4 * 17);
    }

    private float[] floats(String name) {
        return expected.data(name).toArray(FLOAT);
    }

    private static void compare(
            String what, float[] got, float[] all, int from, List<String> faults) {
        double scale = 1;
        for (float value : all) {
            scale = Math.max(scale, Math.abs(value));
        }
        for (int i = 0; i < got.length; i++) {
            if (!(Math.abs(got[i] - all[from + i]) <= TOLERANCE * scale)) {
                faults.add("%s: %s at %d, expected %s".formatted(what, got[i], i, all[from + i]));
                return;
            }
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void featuresAreRight(int prompt) {
        float[] all = floats("image_features." + prompt);
        List<String> faults = new ArrayList<>();
        int row = 0;

        for (Image image : pictures(prompt)) {
            for (float[] feature : model.imageEncoder().orElseThrow().features(image)) {
                compare("feature " + row, feature, all, row * feature.length, faults);
                row++;
            }
        }

        assertThat(faults).isEmpty();
        assertThat(row * 64).isEqualTo(all.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void everyLogitIsRight(int prompt) {
        float[] all = floats("logits." + prompt);
        List<String> faults = new ArrayList<>();
        int[] seen = new int[1];

        model.logits(
                ids(prompt),
                pictures(prompt),
                true,
                (position, logits) -> {
                    seen[0]++;
                    compare("logits " + position, logits, all, position * logits.length, faults);
                });

        assertThat(faults).isEmpty();
        assertThat(seen[0] * 1024).isEqualTo(all.length);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 3})
    void aChatHasTheTokensAndTheAnswerOfTheReference(int prompt) {
        GenerationRequest request =
                GenerationRequest.chat(message(parts(prompt)))
                        .sampling(Sampling.greedy().repetitionPenalty(1))
                        .ignoreStopTokens()
                        .maxTokens(12);

        try (Session session = model.newSession()) {
            GenerationResult answer = session.generate(request);

            assertThat(session.tokens()).startsWith(ids(prompt));
            assertThat(answer.promptTokens()).isEqualTo(ids(prompt).length);
            assertThat(answer.tokens()).isEqualTo(GREEDY.get(prompt));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 3})
    void smallBlocksChangeNothing(int prompt) {
        GenerationRequest request =
                GenerationRequest.tokens(ids(prompt))
                        .images(pictures(prompt).toArray(Image[]::new))
                        .sampling(Sampling.greedy().repetitionPenalty(1))
                        .ignoreStopTokens()
                        .maxTokens(12);

        try (Llama4Model small =
                Llama4Model.open(folder, ModelOptions.defaults().threads(1).blockSize(3))) {
            assertThat(small.generate(request).tokens()).isEqualTo(GREEDY.get(prompt));
        }
    }

    /** {@code greedy} of {@code expected.json}. */
    private static final List<List<Integer>> GREEDY =
            List.of(
                    List.of(159, 31, 492, 492, 244, 449, 116, 22, 950, 24, 441, 887),
                    List.of(159, 1008, 685, 952, 149, 197, 776, 802, 249, 996, 928, 593),
                    List.of(482, 442, 114, 719, 765, 9, 935, 216, 200, 100, 634, 856),
                    List.of(681, 699, 438, 756, 503, 428, 337, 301, 887, 691, 948, 31));
}
