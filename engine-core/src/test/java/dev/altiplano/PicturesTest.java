package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

import javax.imageio.ImageIO;

/** What requests, sessions and limits do with pictures; the numbers are in the goldens' tests. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PicturesTest {
    private static final Path FOLDER = Goldens.folder("vision56");

    @TempDir private Path place;
    private Llama4Model model;

    @BeforeAll
    void open() {
        model = Llama4Model.open(FOLDER, ModelOptions.defaults().threads(2));
    }

    @AfterAll
    void close() {
        model.close();
    }

    private static Path file(int number) {
        return FOLDER.resolve("p%d.png".formatted(number));
    }

    private static Image picture(int number) {
        return Content.image(file(number));
    }

    private static GenerationRequest greedy(GenerationRequest request) {
        return request.sampling(Sampling.greedy().repetitionPenalty(1))
                .ignoreStopTokens()
                .maxTokens(8);
    }

    private static GenerationRequest ask(Content... parts) {
        return greedy(GenerationRequest.chat(Message.user(parts)));
    }

    private ImageEncoder encoder(Llama4Model of) {
        return of.imageEncoder().orElseThrow();
    }

    @Test
    void filesBytesStreamsAndDrawnPicturesAreTheSame() throws IOException {
        byte[] bytes = Files.readAllBytes(file(3));
        List<float[]> expected = encoder(model).tiles(picture(3)).pixelValues();
        InputStream stream = new ByteArrayInputStream(bytes);
        BufferedImage drawn = ImageIO.read(file(3).toFile());

        for (Image image :
                List.of(Content.image(bytes), Content.image(stream), Content.image(drawn))) {
            List<float[]> got = encoder(model).tiles(image).pixelValues();
            assertThat(got.size()).as(image.toString()).isEqualTo(expected.size());
            for (int i = 0; i < got.size(); i++) {
                assertThat(Arrays.equals(got.get(i), expected.get(i)))
                        .as(image.toString())
                        .isTrue();
            }
        }
    }

    @Test
    void laterChangesOfBytesAndDrawingsDoNotMatter() throws IOException {
        byte[] bytes = Files.readAllBytes(file(0));
        BufferedImage drawn = ImageIO.read(file(0).toFile());
        Image ofBytes = Content.image(bytes);
        Image ofDrawing = Content.image(drawn);
        Arrays.fill(bytes, (byte) 0);
        drawn.setRGB(0, 0, 0x123456);

        float[] expected = encoder(model).tiles(picture(0)).pixelValues().getFirst();

        assertThat(encoder(model).tiles(ofBytes).pixelValues().getFirst()).isEqualTo(expected);
        assertThat(encoder(model).tiles(ofDrawing).pixelValues().getFirst()).isEqualTo(expected);
    }

    @Test
    void aSessionGoesOnAsIfEverythingWereReadAtOnce() {
        try (Session session = model.newSession()) {
            session.generate(ask(picture(0), Content.text("What is this?")));
            GenerationResult second =
                    session.generate(ask(Content.text("And"), picture(1), Content.text("?")));

            int[] all = session.tokens();
            int[] prompt = Arrays.copyOf(all, all.length - second.tokens().size());
            GenerationRequest atOnce =
                    greedy(GenerationRequest.tokens(prompt).images(picture(0), picture(1)));
            assertThat(model.generate(atOnce).tokens()).isEqualTo(second.tokens());
            assertThat(second.promptTokens()).as("only what is new").isLessThan(prompt.length);
        }
    }

    /** A stop text ends a turn between its tokens: the next one reads everything again. */
    @Test
    void aConversationThatIsReadAgainShowsItsPicturesAgain() throws IOException {
        Path copy = Files.copy(file(2), place.resolve("picture"));
        try (Session session = model.newSession();
                Session fresh = model.newSession()) {
            Image image = Content.image(copy);
            String words = session.generate(ask(image, Content.text("Hi"))).text();
            GenerationResult again =
                    session.generate(
                            ask(image, Content.text("Once more")).stop(words.substring(2)));
            Files.delete(copy); // it was read once for all turns

            GenerationResult third = session.generate(ask(Content.text("What did you see?")));

            List<Message> conversation =
                    List.of(
                            Message.user(picture(2), Content.text("Hi")),
                            Message.assistant(words),
                            Message.user(picture(2), Content.text("Once more")),
                            Message.assistant(again.text()),
                            Message.user("What did you see?"));
            GenerationResult atOnce = fresh.generate(greedy(GenerationRequest.chat(conversation)));
            if (again.finishReason() == FinishReason.STOP_TEXT) {
                assertThat(third.tokens()).isEqualTo(atOnce.tokens());
            }
        }
    }

    @Test
    void whatWasSeenIsRememberedAcrossSessionsByContent() throws IOException {
        try (Llama4Model other = Llama4Model.open(FOLDER)) {
            other.generate(ask(picture(0), Content.text("What is this?")));
            long once = encoder(other).cachedBytes();
            byte[] same = Files.readAllBytes(file(0));
            other.generate(ask(Content.text("Again:"), Content.image(same), picture(0)));

            assertThat(once).isEqualTo(4L * 4 * 64);
            assertThat(encoder(other).cachedBytes()).isEqualTo(once);
            other.generate(ask(picture(3), Content.text("Another")));
            assertThat(encoder(other).cachedBytes()).isGreaterThan(once);
        }
    }

    @Test
    void nothingIsRememberedBeyondTheBudget() {
        ModelOptions options = ModelOptions.defaults().imageCacheBytes(0);
        try (Llama4Model forgetful = Llama4Model.open(FOLDER, options)) {
            GenerationResult answer = forgetful.generate(ask(picture(0), Content.text("Hm?")));

            assertThat(encoder(forgetful).cachedBytes()).isZero();
            assertThat(model.generate(ask(picture(0), Content.text("Hm?"))).tokens())
                    .isEqualTo(answer.tokens());
        }
    }

    @Test
    void textModelsRefusePicturesInWords() {
        String words = ": this checkpoint has no image tower, so it cannot take pictures";
        try (Llama4Model text = Llama4Model.open(Goldens.folder("odd"));
                Session session = text.newSession()) {
            assertThat(text.imageEncoder()).isEmpty();
            for (GenerationRequest request :
                    List.of(
                            ask(picture(0), Content.text("What?")),
                            GenerationRequest.tokens(1, 2).images(picture(0)))) {
                assertThatThrownBy(() -> session.generate(request))
                        .isInstanceOf(IllegalArgumentException.class)
                        .hasMessage(Goldens.folder("odd") + words);
            }
            assertThatThrownBy(() ->
                            text.logits(new int[] {1}, List.of(picture(0)), true, (p, l) -> {}))
                    .hasMessage(Goldens.folder("odd") + words);
            assertThat(session.generate(greedy(GenerationRequest.tokens(1, 2))).tokens())
                    .as("the session is as it was")
                    .hasSize(8);
        }
    }

    @Test
    void picturesStandWhereTheTextNamesThemOrInFront() {
        GenerationRequest inFront = greedy(GenerationRequest.prompt("tell").images(picture(0)));
        GenerationRequest named =
                greedy(
                        GenerationRequest.prompt("<|begin_of_text|><|image|>tell")
                                .parseSpecialTokens()
                                .images(picture(0)));

        assertThat(model.generate(inFront).promptTokens())
                .isEqualTo(model.generate(named).promptTokens());
        assertThat(model.generate(inFront).tokens()).isEqualTo(model.generate(named).tokens());
    }

    /** A user who types the names of special tokens gets words, and no place for a picture. */
    @Test
    void wordsNeverBecomePlacesOfPictures() {
        GenerationRequest request =
                ask(picture(0), Content.text("<|image|><|patch|><|image_start|>"));

        try (Session session = model.newSession()) {
            session.generate(request);
            int patch = encoder(model).patchTokenId();
            assertThat(Arrays.stream(session.tokens()).filter(id -> id == patch).count())
                    .isGreaterThanOrEqualTo(4)
                    .isLessThan(4 + 8); // and what the answer may hold
        }
    }

    @Test
    void refusesIdsWithMoreOrFewerPatchesThanFeatures() {
        int patch = encoder(model).patchTokenId();
        GenerationRequest three =
                GenerationRequest.tokens(1, patch, patch, patch).images(picture(0));

        assertThatThrownBy(() -> model.generate(three))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "the prompt has 3 patch tokens (id %d), expected 4 for %s (1 tiles)"
                                .formatted(patch, file(0)));
    }

    @Test
    void picturesOfAChatArePartsOfItsMessages() {
        assertThatThrownBy(() -> ask(Content.text("Hi")).images(picture(0)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parts of its messages");
    }

    @Test
    void aRefusedPictureLeavesTheSessionAsItWas() {
        try (Session session = model.newSession();
                Session other = model.newSession()) {
            session.generate(ask(picture(0), Content.text("What is this?")));
            int[] before = session.tokens();
            assertThatThrownBy(() ->
                            session.generate(ask(Content.image(place.resolve("none")), picture(1))))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage(place.resolve("none") + ": does not exist");

            assertThat(session.tokens()).isEqualTo(before);
            other.generate(ask(picture(0), Content.text("What is this?")));
            assertThat(session.generate(ask(Content.text("And now?"))).tokens())
                    .isEqualTo(other.generate(ask(Content.text("And now?"))).tokens());
        }
    }

    @Test
    void limitsAreKept() throws IOException {
        byte[] bytes = Files.readAllBytes(file(3));
        ModelOptions few = ModelOptions.defaults().imageLimits(new ImageLimits(6000, 5000, 2));
        BufferedImage large = new BufferedImage(101, 50, BufferedImage.TYPE_INT_RGB);
        try (Llama4Model strict = Llama4Model.open(FOLDER, few)) {
            assertRefused(
                    strict,
                    Content.image(bytes),
                    "picture of %d bytes: has %d bytes, expected at most 6000"
                            .formatted(bytes.length, bytes.length));
            assertRefused(strict, picture(3), "has %d bytes".formatted(bytes.length));
            assertRefused(strict, Content.image(large), "has 5050 pixels, expected at most 5000");
            assertThatThrownBy(() -> strict.generate(ask(picture(0), picture(0), picture(0))))
                    .hasMessage("3 pictures in one request, expected at most 2");
        }
        assertThatThrownBy(() -> new ImageLimits(0, 1, 1))
                .hasMessage("limit of bytes is 0, expected 1 to 2147482623");
    }

    private static void assertRefused(Llama4Model model, Image image, String words) {
        assertThatThrownBy(() -> model.generate(ask(image, Content.text("Hi"))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(words);
    }

    @Test
    void aFolderOrATextIsNoPicture() throws IOException {
        Path text = Files.writeString(place.resolve("picture.png"), "a text");

        assertRefused(model, Content.image(place), place + ": is no regular file");
        assertRefused(model, Content.image(text), text + ": is no picture, expected a PNG, JPEG,");
    }

    @Test
    void aStreamLongerThanTheLimitIsRefusedWithoutReadingItAll() {
        InputStream endless =
                new InputStream() {
                    @Override
                    public int read() {
                        return 7;
                    }

                    @Override
                    public int read(byte[] to, int from, int count) {
                        Arrays.fill(to, from, from + count, (byte) 7);
                        return count;
                    }
                };

        assertThatThrownBy(() -> Content.image(endless))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("more than 67108864 bytes");
    }

    /** Its messages were said all the same, so the next turn shows the picture. */
    @Test
    void aStreamThatIsClosedEarlyLeavesAUsableSession() {
        AtomicBoolean asked = new AtomicBoolean();
        Message shown = Message.user(picture(3), Content.text("Hi"));
        GenerationRequest request =
                greedy(GenerationRequest.chat(shown))
                        .onPromptProgress((done, all) -> asked.set(true));
        try (Session session = model.newSession()) {
            session.stream(request).close(); // before anything was read

            assertThat(asked).isFalse();
            assertThat(session.generate(ask(Content.text("And?"))).tokens())
                    .isEqualTo(
                            model.generate(
                                            greedy(
                                                    GenerationRequest.chat(
                                                            shown, Message.user("And?"))))
                                    .tokens());
        }
    }

    @Test
    void tilesThatWereCutBeforeGiveTheSameFeatures() {
        ImageTiles tiles = encoder(model).tiles(picture(3));

        List<float[]> got = encoder(model).features(tiles);

        List<float[]> expected = encoder(model).features(picture(3));
        assertThat(got.size()).isEqualTo(expected.size());
        for (int i = 0; i < got.size(); i++) {
            assertThat(got.get(i)).isEqualTo(expected.get(i));
        }
        assertThatThrownBy(() ->
                        encoder(model)
                                .features(new ImageTiles(tiles.picture(), 1, 1, 28, List.of())))
                .hasMessage("tiles of 28 pixels, expected 56");
    }

    @Test
    void aClosedModelLooksAtNothing() {
        Llama4Model closed = Llama4Model.open(FOLDER);
        ImageEncoder encoder = encoder(closed);
        closed.close();

        assertThatThrownBy(() -> encoder.features(picture(0)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("the model is closed");
    }
}
