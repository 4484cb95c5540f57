package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** Recorded results of tiktoken 0.14.0, tokenizers 0.23.2 and Python. */
class TokenizerGoldenTest {
    private static final JsonNode GOLDEN = TokenizerFiles.resource("golden-encodings.json");
    private static final Map<Path, Tokenizer> PUBLISHED = new ConcurrentHashMap<>();

    @TempDir Path folder;

    @Test
    void smallVocabularyEncodesEveryRecordedCase() {
        String json = TokenizerFiles.resource("golden-tokenizer.json").toString();
        Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.write(folder, json));

        for (JsonNode c : GOLDEN.get("cases")) {
            checkParsed(tokenizer, c, "demo");
        }
    }

    @Test
    void demoEncodesEveryRecordedCase() {
        Tokenizer tokenizer = Tokenizer.open(TokenizerFiles.stories());

        for (JsonNode c : TokenizerFiles.resource("stories-encodings.json").get("cases")) {
            checkParsed(tokenizer, c, "parsed");
            checkPlain(tokenizer, c, "plain");
        }
    }

    static List<Named<JsonNode>> variants() {
        return TokenizerFiles.list(TokenizerFiles.resource("variant-encodings.json").get("variants"))
                .stream()
                .map(variant -> Named.of(variant.get("name").asString(), variant))
                .toList();
    }

    @ParameterizedTest
    @MethodSource("variants")
    void otherPatternsNormalFormsAndAddedTokensEncodeAsRecorded(JsonNode variant) {
        Path file = TokenizerFiles.changed(folder, json -> patched(json, variant.get("patch")));
        Tokenizer tokenizer = Tokenizer.open(file);

        for (JsonNode c : variant.get("cases")) {
            checkParsed(tokenizer, c, "parsed");
            checkPlain(tokenizer, c, "plain");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void publishedVocabularyEncodesEveryRecordedCase(String file) {
        Tokenizer tokenizer = llama4(file);

        for (JsonNode c : GOLDEN.get("cases")) {
            checkPlain(tokenizer, c, "llama4");
            if (c.has("llama4_special_parsed")) {
                checkParsed(tokenizer, c, "llama4_special_parsed");
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void publishedVocabularyDecodesEveryRecordedCase(String file) {
        Tokenizer tokenizer = llama4(file);

        for (JsonNode c : GOLDEN.get("decode_llama4")) {
            int[] ids = TokenizerFiles.ids(c.get("ids"));
            var bytes = new ByteArrayOutputStream();
            for (int id : ids) {
                bytes.writeBytes(tokenizer.bytes(id));
            }
            assertThat(bytes.toByteArray()).asHexString().isEqualToIgnoringCase(c.get("bytes_hex").asString());
            assertThat(tokenizer.decode(ids)).isEqualTo(c.get("text_with_replacement").asString());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void publishedVocabularyHasTheSpecialTokensOfLlama4(String file) {
        JsonNode expected = TokenizerFiles.read(TokenizerFiles.golden("llama4_special_tokens.json"));
        Tokenizer tokenizer = llama4(file);

        assertThat(tokenizer.size()).isEqualTo(202_048);
        assertThat(tokenizer.specialTokens()).containsExactlyElementsOf(expected.propertyNames());
        expected.forEachEntry(
                (name, id) -> {
                    assertThat(tokenizer.idOf(name)).hasValue(id.intValue());
                    assertThat(tokenizer.isSpecial(id.intValue())).as(name).isTrue();
                    assertThat(tokenizer.decode(id.intValue())).isEqualTo(name);
                });
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "Hello world|19873 3817",
                "Roses are red,|62 19441 583 4242 24",
                "\\n\\n|368",
                "user|1556",
                "system|15651",
                "assistant|140680",
                "ipython|607 6934",
                " the|290",
                "Hello, how are you?|19873 24 1659 583 650 43",
                "def f(x):\\n    return x+1\\n|1251 288 2595 1960 277 677 831 23 29 198",
                "1234567|7235 19596 35",
                "don't DON'T|127161 93885 59842",
                "日本語テスト|21764 16728 107459",
                "  two spaces|220 1472 15174",
                "🙂|5796 247 224",
                "https://a/b/c\\n|2271 1050 77 4790 2646 198",
                "\\t\\tx|197 27398",
                "ÀÉ|24762 9054",
            })
    void publishedVocabularyEncodesTheVectorsOfTheReference(String text, String ids) {
        Tokenizer tokenizer = llama4("tokenizer.model");

        assertThat(tokenizer.encode(text.translateEscapes())).containsExactly(numbers(ids));
    }

    @Test
    void publishedVocabularyEncodesAChatOfTheReference() {
        Tokenizer tokenizer = llama4("tokenizer.model");
        String chat =
                "<|begin_of_text|><|header_start|>system<|header_end|>\n\n"
                        + "You are a helpful assistant<|eot|><|header_start|>user<|header_end|>\n\nHi<|eot|>"
                        + "<|header_start|>assistant<|header_end|>\n\n";

        assertThat(tokenizer.encodeWithSpecials(chat))
                .containsExactly(
                        numbers(
                                "200000 200005 15651 200006 368 4662 583 262 19933 43910 200008 200005"
                                        + " 1556 200006 368 25181 200008 200005 140680 200006 368"));
        assertThat(tokenizer.encode("<|eot|>")).containsExactly(40, 104, 81, 359, 159276);
    }

    private static Tokenizer llama4(String file) {
        return PUBLISHED.computeIfAbsent(TokenizerFiles.llama4(file), Tokenizer::open);
    }

    private static int[] numbers(String list) {
        return List.of(list.split(" ")).stream().mapToInt(Integer::parseInt).toArray();
    }

    private static ObjectNode patched(ObjectNode json, JsonNode patch) {
        patch.forEachEntry(
                (name, value) -> {
                    if (name.startsWith("model.")) {
                        ((ObjectNode) json.get("model")).set(name.substring("model.".length()), value);
                    } else {
                        json.set(name, value);
                    }
                });
        return json;
    }

    private static void checkPlain(Tokenizer tokenizer, JsonNode c, String name) {
        String text = c.get("text").asString();
        assertThat(tokenizer.encode(text))
                .as("plain '%s'", text)
                .containsExactly(TokenizerFiles.ids(c.get(name)));
    }

    private static void checkParsed(
            Tokenizer tokenizer, JsonNode c, String name) {
        String text = c.get("text").asString();
        assertThat(tokenizer.encodeWithSpecials(text))
                .as("with specials '%s'", text)
                .containsExactly(TokenizerFiles.ids(c.get(name)));
    }
}
