package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.SafetensorsFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;

class GenerateCommandTest {
    private static final String COW = "What sound does a cow make?";
    private static final String ANSWER = "A cow says moo.";

    @TempDir Path folder;

    @Test
    void answersAPromptAsAUsersMessage() { // expected.json, prompt 1, without its system message
        String out = Run.of("generate", Demo.PATH, COW, "--temperature", "0").fine();

        assertThat(out).isEqualTo(ANSWER + "\n");
    }

    @ParameterizedTest
    @ValueSource(strings = {"bf16", "FP8"})
    void keepsKeysAndValuesInLessMemory(String type) {
        String out = Run.of("generate", Demo.PATH, COW, "--temperature", "0", "--kv", type).fine();

        assertThat(out).isEqualTo(ANSWER + "\n");
    }

    @Test
    void refusesAnUnknownTypeOfKeysAndValues() {
        String error = Run.of("generate", Demo.PATH, COW, "--kv", "int3").failure(2);

        assertThat(error).isEqualTo("--kv is 'int3', expected f32, bf16 or fp8");
    }

    @Test
    void goesOnFromRawText() {
        String[] call = {"generate", Demo.PATH, "Once upon a", "--temperature", "0"};

        String asMessage = Run.of(with(call, "--chat", "--max-tokens", "4")).fine();
        String asText = Run.of(with(call, "--raw", "--max-tokens", "4")).fine();

        assertThat(asText).startsWith(" time").isNotEqualTo(asMessage);
    }

    @Test
    void stopsBeforeAnyOfTheStopTexts() {
        String out =
                Run.of(
                                "generate",
                                Demo.PATH,
                                COW,
                                "--temperature",
                                "0",
                                "--stop",
                                "xyz",
                                "--stop",
                                "moo")
                        .fine();

        assertThat(out).isEqualTo("A cow says \n");
    }

    @Test
    void theSameSeedGivesTheSameAnswer() {
        String[] call = {"generate", Demo.PATH, "A story!", "--temperature", "1.5"};

        String first = Run.of(with(call, "--max-tokens", "20", "--seed", "-5")).fine();
        String again = Run.of(with(call, "--max-tokens", "20", "--seed", "-5")).fine();
        String other = Run.of(with(call, "--max-tokens", "20", "--seed", "6")).fine();

        assertThat(again).isEqualTo(first).isNotEqualTo(other);
    }

    @Test
    void threadsDoNotChangeTheAnswer() {
        String[] call = {
            "generate", Demo.PATH, "A story!", "--temperature", "0", "--max-tokens", "9"
        };

        String one = Run.of(with(call, "--threads", "1")).fine();
        String three = Run.of(with(call, "--threads", "3")).fine();

        assertThat(three).isEqualTo(one);
    }

    @Test
    void printsIdsAndNothingElse() {
        String out = Run.of("generate", Demo.PATH, COW, "--temperature", "0", "--print-ids").fine();

        assertThat(out).matches("\\d+( \\d+)*\n").startsWith("32 901 894 ").endsWith(" 968\n");
    }

    @Test
    void worksWithoutTokenizerOnIds() throws IOException {
        String bare = Demo.copyWithoutTextTo(folder).toString();
        String[] call = {"generate", bare, "--ids", "960,401,644", "--temperature", "0"};

        String ids = Run.of(with(call, "--max-tokens", "5", "--print-ids")).fine();
        JsonNode json = json(Run.of(with(call, "--max-tokens", "5", "--json")).fine());

        assertThat(ids).matches("\\d+( \\d+){4}\n");
        assertThat(json.get("text").isNull()).isTrue();
        assertThat(json.get("ids").size()).isEqualTo(5);
        assertThat(Run.of(call).failure(1))
                .contains("no tokenizer.json or tokenizer.model", "--print-ids");
        assertThat(Run.of("generate", bare, "text").failure(1)).contains("no tokenizer.json");
    }

    @Test
    void aFolderWithoutTemplateGoesOnFromPlainText() throws IOException {
        Demo.copyTo(folder);
        Files.delete(folder.resolve("chat_template.jinja"));
        String[] call = {"generate", folder.toString(), "Once upon a", "--temperature", "0"};

        String plain = Run.of(with(call, "--max-tokens", "4")).fine();
        String raw = Run.of(with(call, "--max-tokens", "4", "--raw")).fine();
        String chat = Run.of(with(call, "--max-tokens", "4", "--chat")).fine();

        assertThat(plain).isEqualTo(raw).isNotEqualTo(chat);
    }

    @Test
    void tellsEverythingAsJson() {
        JsonNode json =
                json(
                        Run.of(
                                        "generate",
                                        Demo.PATH,
                                        COW,
                                        "--temperature",
                                        "0",
                                        "--json",
                                        "--seed",
                                        "7")
                                .fine());

        assertThat(json.get("text").asString()).isEqualTo(ANSWER);
        assertThat(json.get("ids").size()).isEqualTo(json.get("generated_tokens").asInt());
        assertThat(json.get("finish_reason").asString()).isEqualTo("stop_token");
        assertThat(json.get("prompt_tokens").asInt()).isBetween(10, 40);
        assertThat(json.get("seed").asLong()).isEqualTo(7);
        assertThat(json.get("timings").get("decode_tokens_per_second").asDouble()).isPositive();
    }

    @Test
    void namesAnIdOutsideTheVocabulary() {
        assertThat(Run.of("generate", Demo.PATH, "--ids", "3,1024").failure(1))
                .contains("token id 1024 at index 1 is outside the vocabulary");
    }

    @Test
    void takesWhatFollowsTwoDashesAsText() {
        Run.of("generate", Demo.PATH, "--max-tokens", "1", "--", "-x").fine();

        assertThat(Run.of("generate", Demo.PATH, "-x").failure(2)).contains("goes behind --");
    }

    @Test
    void answersAboutPictures() { // expected.json of vision56, prompts 0 and 2
        Path model = Goldens.golden("vision56");
        String[] call = {"generate", model.toString(), "--temperature", "0", "--max-tokens", "8"};
        String picture = model.resolve("p0.png").toString();

        String words =
                Run.of(with(call, "What is this?", "--image", picture, "--print-ids")).fine();

        assertThat(words).isEqualTo("159 31 492 492 244 449 116 22\n");
        assertThat(Run.of(with(call, "What is this?", "--print-ids")).fine()).isNotEqualTo(words);
    }

    @Test
    void replacesPatchTokensAmongIdsByPictures() {
        Path model = Goldens.golden("vision56");
        String ids;
        try (SafetensorsFile expected =
                SafetensorsFile.open(model.resolve("expected.safetensors"))) {
            int[] all = expected.data("ids.2").toArray(ValueLayout.JAVA_INT_UNALIGNED);
            ids = TokenIds.text(all).replace(' ', ',');
        }
        String[] call = {
            "generate",
            model.toString(),
            "--ids",
            ids,
            "--temperature",
            "0",
            "--print-ids",
            "--max-tokens",
            "8",
            "--image",
            model.resolve("p1.png").toString()
        };

        assertThat(Run.of(with(call, "--image", model.resolve("p2.png").toString())).fine())
                .isEqualTo("482 442 114 719 765 9 935 216\n");
        assertThat(Run.of(call).failure(1)).contains("the prompt has 24 patch tokens");
    }

    @Test
    void saysWhatIsWrongWithPictures() throws IOException {
        Path model = Goldens.golden("vision56");
        String picture = model.resolve("p0.png").toString();
        Path text = Files.writeString(folder.resolve("a.png"), "no picture");

        assertThat(Run.of("generate", Demo.PATH, COW, "--image", picture).failure(1))
                .isEqualTo(
                        Demo.PATH
                                + ": this checkpoint has no image tower, so it cannot take"
                                + " pictures");
        assertThat(Run.of("generate", model.toString(), COW, "--image", text + "").failure(1))
                .startsWith(text + ": is no picture");
        assertThat(Run.of("generate", model.toString(), COW, "--image", "none.png").failure(1))
                .isEqualTo("none.png: does not exist");
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    private static String[] with(String[] call, String... more) {
        String[] all = Arrays.copyOf(call, call.length + more.length);
        System.arraycopy(more, 0, all, call.length, more.length);
        return all;
    }
}
