package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

class ChatCommandTest {
    private static final String COW = "What sound does a cow make?\n";

    @Test
    void answersEachLineUntilTheInputEnds() {
        String out = chat(COW + "\n" + COW);

        assertThat(out.lines()).hasSize(2);
        assertThat(out).startsWith("A cow says moo.\n");
    }

    @Test
    void endsWhenAskedTo() {
        assertThat(chat("/exit\n" + COW)).isEmpty();
    }

    @Test
    void forgetsTheConversationWhenAskedTo() {
        String out = chat("Tell me a story.\n/reset\n" + COW);

        assertThat(out).endsWith("\nA cow says moo.\n");
    }

    @Test
    void explainsItsWords() {
        assertThat(chat("/help\n")).contains("/reset", "/exit");
    }

    @Test
    void tellsTheModelTheSystemMessageFirst() {
        String out =
                Run.withInput(
                                COW,
                                "chat",
                                Demo.PATH,
                                "--temperature",
                                "0",
                                "--system",
                                "You are a friendly storyteller.")
                        .fine();

        assertThat(out).isEqualTo("A cow says moo.\n"); // expected.json, prompt 1
    }

    @Test
    void saysInOneLineWhatTheTemplateRefusesAndGoesOn(@TempDir Path folder) throws IOException {
        Demo.copyTo(folder);
        Path template = folder.resolve("chat_template.jinja");
        String refusal =
                "{%- if messages[-1].content == 'No!' %}{{ raise_exception('be polite') }}"
                        + "{%- endif %}";
        Files.writeString(template, refusal + Files.readString(template));

        Run run = Run.withInput("No!\n" + COW, "chat", folder.toString(), "--temperature", "0");

        assertThat(run.out()).isEqualTo("A cow says moo.\n");
        assertThat(run.err()).startsWith("altiplano: chat_template.jinja:").contains("be polite");
        assertThat(run.err().lines()).hasSize(1);
        assertThat(run.code()).isZero();
    }

    @Test
    void showsPicturesWithTheNextMessage() {
        Path model = Goldens.golden("vision56");
        String picture = model.resolve("p0.png").toString();
        String ask = "What is this?\n";

        String shown = withPictures("/image \"" + picture + "\"\n" + ask);
        String notShown = withPictures(ask);
        String forgotten = withPictures("/image " + picture + "\n/reset\n" + ask);

        assertThat(shown)
                .isEqualTo(
                        Run.of(
                                        "generate",
                                        model.toString(),
                                        "What is this?",
                                        "--image",
                                        picture,
                                        "--temperature",
                                        "0",
                                        "--max-tokens",
                                        "8")
                                .fine());
        assertThat(notShown).isNotEqualTo(shown);
        assertThat(forgotten).isEqualTo(notShown);
    }

    private static String withPictures(String input) {
        String model = Goldens.golden("vision56").toString();
        return Run.withInput(input, "chat", model, "--temperature", "0", "--max-tokens", "8")
                .fine();
    }

    @Test
    void saysInOneLineWhatIsWrongWithAPictureAndGoesOn() {
        Run run =
                Run.withInput(
                        "/image\n/image none.png\n" + COW, "chat", Demo.PATH, "--temperature", "0");

        assertThat(run.out()).isEqualTo("A cow says moo.\n");
        assertThat(run.err().lines())
                .containsExactly(
                        "altiplano: /image without a file, expected /image FILE",
                        "altiplano: "
                                + Demo.PATH
                                + ": this checkpoint has no image tower, so it cannot take"
                                + " pictures");
    }

    private static String chat(String input) {
        return Run.withInput(input, "chat", Demo.PATH, "--temperature", "0", "--max-tokens", "20")
                .fine();
    }
}
