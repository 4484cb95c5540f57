package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Sessions with pictures share pages, fork, go back and are saved as those without. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PicturesInSessionsTest {
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

    private static Image picture(int number) {
        return Content.image(FOLDER.resolve("p%d.png".formatted(number)));
    }

    private static GenerationRequest ask(Content... parts) {
        return GenerationRequest.chat(Message.user(parts))
                .sampling(Sampling.greedy().repetitionPenalty(1))
                .ignoreStopTokens()
                .maxTokens(12);
    }

    private static GenerationRequest ask(String words) {
        return ask(Content.text(words));
    }

    /** One small picture and many that are always the same: some pages of tokens. */
    private static GenerationRequest longRequest(Image first) {
        List<Content> parts = new ArrayList<>();
        parts.add(first);
        for (int i = 0; i < 8; i++) {
            parts.add(picture(3));
            parts.add(picture(4));
        }
        return ask(parts.toArray(Content[]::new));
    }

    /** Their tokens are the same; what stands behind them is not. */
    @Test
    void picturesOfOneShapeAreNotTakenForEachOther() {
        Image white = Content.image(new BufferedImage(56, 56, BufferedImage.TYPE_BYTE_GRAY));
        GenerationResult expected;
        try (Llama4Model plain =
                Llama4Model.open(FOLDER, ModelOptions.defaults().threads(2).prefixCache(0))) {
            expected = plain.generate(longRequest(white));
        }

        GenerationResult first = model.generate(longRequest(picture(0)));
        GenerationResult second = model.generate(longRequest(white));
        GenerationResult again = model.generate(longRequest(picture(0)));

        assertThat(second.promptTokens()).isEqualTo(first.promptTokens()).isGreaterThan(256);
        assertThat(second.prefixTokens()).as("of another picture").isZero();
        assertThat(second.tokens()).isEqualTo(expected.tokens()).isNotEqualTo(first.tokens());
        assertThat(again.prefixTokens()).as("of the same picture").isPositive();
        assertThat(again.tokens()).isEqualTo(first.tokens());
    }

    @Test
    void aForkSeesThePicturesAndGoesItsOwnWay() {
        try (Session session = model.newSession()) {
            session.generate(ask(picture(3), Content.text("What is this?")));
            try (Session fork = session.fork()) {
                List<Integer> other = fork.generate(ask(picture(1), Content.text("And"))).tokens();
                List<Integer> mine = session.generate(ask("And?")).tokens();

                assertThat(mine).isNotEqualTo(other);
                assertThat(mine).isEqualTo(afterwards(picture(3), "And?"));
            }
        }
    }

    /** The second answer of a session of its own. */
    private List<Integer> afterwards(Image shown, String words) {
        try (Session fresh = model.newSession()) {
            fresh.generate(ask(shown, Content.text("What is this?")));
            return fresh.generate(ask(words)).tokens();
        }
    }

    /** Chunks are 64 tokens long, so tokens in front of the place are read again. */
    @Test
    void whoGoesBackReadsPatchesAgain() {
        try (Session session = model.newSession()) {
            session.generate(ask(picture(3), Content.text("What is this?")));
            int length = session.length();
            List<Integer> once = session.generate(ask("And a longer question this time?")).tokens();
            session.generate(ask("And so on?"));

            session.truncate(length);

            assertThat(session.generate(ask("And a longer question this time?")).tokens())
                    .isEqualTo(once);
        }
    }

    @Test
    void aSavedSessionHasItsPicturesWithIt() throws IOException {
        Path shown = Files.copy(FOLDER.resolve("p3.png"), place.resolve("shown.png"));
        Path file = place.resolve("session");
        List<Integer> expected;
        int length;
        try (Session session = model.newSession()) {
            session.generate(ask(Content.image(shown), Content.text("What is this?")));
            length = session.length();
            session.generate(ask("Hm."));
            session.save(file);
            expected = session.generate(ask("And?")).tokens();
        }
        Files.delete(shown);

        try (Llama4Model later = Llama4Model.open(FOLDER);
                Session session = later.restore(file)) {
            assertThat(session.generate(ask("And?")).tokens()).isEqualTo(expected);
            session.truncate(length); // tokens of the picture are read again
            assertThat(session.generate(ask("And?")).tokens())
                    .isEqualTo(afterwards(picture(3), "And?"));
        }
    }
}
