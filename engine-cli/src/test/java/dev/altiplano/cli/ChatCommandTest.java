package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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

    private static String chat(String input) {
        return Run.withInput(input, "chat", Demo.PATH, "--temperature", "0", "--max-tokens", "20")
                .fine();
    }
}
