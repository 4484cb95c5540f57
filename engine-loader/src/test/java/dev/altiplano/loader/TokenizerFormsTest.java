package dev.altiplano.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.Random;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** The same tokenizer in the forms in which files have it. */
class TokenizerFormsTest {
    private static final Tokenizer DEMO = Tokenizer.open(TokenizerFiles.stories());
    private static final String TEXT = "Tell me a story about a fox's kite, and 12345 ÀÉ 🙂!\n\n<|eot|>";

    @TempDir Path folder;

    @Test
    void mergesMayBeTexts() {
        assertEncodesAlike(
                json -> {
                    ArrayNode texts = json.arrayNode();
                    for (JsonNode pair : json.at("/model/merges")) {
                        texts.add(pair.get(0).asString() + " " + pair.get(1).asString());
                    }
                    ((ObjectNode) json.get("model")).set("merges", texts);
                    return json;
                });
    }

    @Test
    void mergesMayComeBeforeTheVocabularyAndTheModelBeforeAddedTokens() {
        assertEncodesAlike(
                json -> {
                    ObjectNode sorted = json.objectNode();
                    ObjectNode model = (ObjectNode) json.remove("model");
                    JsonNode merges = model.remove("merges");
                    sorted.putObject("model").set("merges", merges);
                    model.forEachEntry((name, value) -> ((ObjectNode) sorted.get("model")).set(name, value));
                    json.forEachEntry(sorted::set);
                    return sorted;
                });
    }

    @Test
    void mergesOfTokensOutsideTheByteAlphabetAreNeverReached() {
        assertEncodesAlike(
                json -> {
                    ObjectNode vocab = (ObjectNode) json.at("/model/vocab");
                    vocab.put("日", 2000).put("日日", 2001).put("", 2002);
                    ((ArrayNode) json.at("/model/merges")).insertArray(0).add("日").add("日");
                    return json;
                });
    }

    @Test
    void unusedPartsMayBeMissing() {
        assertEncodesAlike(
                json -> {
                    json.remove("decoder");
                    json.remove("post_processor");
                    json.remove("normalizer");
                    ((ObjectNode) json.get("model")).remove("type");
                    ((ObjectNode) json.get("model")).put("unk_token", "x").put("fuse_unk", true);
                    return json;
                });
    }

    @Test
    void aSpecialTokenInTheVocabularyStaysOutOfPlainText() {
        Tokenizer tokenizer =
                Tokenizer.open(
                        TokenizerFiles.changed(
                                folder,
                                json -> {
                                    ((ObjectNode) json.get("model")).put("ignore_merges", true);
                                    ((ObjectNode) json.at("/model/vocab")).put("stop", 2000);
                                    ((ArrayNode) json.get("added_tokens"))
                                            .addObject()
                                            .put("id", 2000)
                                            .put("content", "stop")
                                            .put("special", true);
                                    return json;
                                }));

        assertThat(tokenizer.encodeWithSpecials("stop")).containsExactly(2000);
        assertThat(tokenizer.encode("stop")).isNotEmpty().doesNotContain(2000);
        assertThat(tokenizer.specialTokens()).last().isEqualTo("stop");
        assertThat(tokenizer.size()).isEqualTo(2001);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFolderIsOpenedByItsJsonOrElseByItsRanks(boolean withJson) throws IOException {
        Files.write(folder.resolve("tokenizer.model"), ranks());
        if (withJson) {
            Files.copy(TokenizerFiles.stories(), folder.resolve("tokenizer.json"));
        }

        Tokenizer tokenizer = Tokenizer.open(folder);

        assertThat(tokenizer.size()).isEqualTo(withJson ? 1024 : 202_048);
    }

    @Test
    void ranksGetTheSpecialTokensOfLlama4() throws IOException {
        Tokenizer tokenizer = Tokenizer.open(Files.write(folder.resolve("x.model"), ranks()));

        assertThat(tokenizer.encodeWithSpecials("a<|eot|>b")).containsExactly('a', 200_008, 'b');
        assertThat(tokenizer.encode("<|eot|>")).isNotEmpty().doesNotContain(200_008);
        assertThat(tokenizer.idOf("<|python_start|>")).hasValue(200_016);
        assertThat(tokenizer.idOf("<|image_start|>")).hasValue(200_080);
        assertThat(tokenizer.idOf("<|patch|>")).hasValue(200_092);
        assertThat(tokenizer.idOf("<|vision_reserved_special_token_1047|>")).hasValue(201_133);
        assertThat(tokenizer.idOf("<|reasoning_thinking_end|>")).hasValue(201_143);
        assertThat(tokenizer.idOf("<|reserved_special_token_903|>")).hasValue(202_047);
        assertThat(tokenizer.decode(tokenizer.encode(TEXT))).isEqualTo(TEXT);
    }

    private void assertEncodesAlike(UnaryOperator<ObjectNode> change) {
        Tokenizer changed = Tokenizer.open(TokenizerFiles.changed(folder, change));

        assertThat(changed.encodeWithSpecials(TEXT)).isEqualTo(DEMO.encodeWithSpecials(TEXT));
        assertThat(changed.encode(TEXT)).isEqualTo(DEMO.encode(TEXT));
    }

    /** As many ranks as Llama 4 has: all bytes in order, then numbered made-up tokens. */
    private static byte[] ranks() {
        Random random = new Random(6);
        StringBuilder lines = new StringBuilder();
        for (int rank = 0; rank < 200_000; rank++) {
            byte[] token = {(byte) rank};
            if (rank > 255) {
                token = new byte[] {(byte) random.nextInt(), (byte) rank, (byte) (rank >> 8), (byte) (rank >> 16)};
            }
            lines.append(Base64.getEncoder().encodeToString(token)).append(' ').append(rank).append('\n');
        }
        return lines.toString().getBytes(java.nio.charset.StandardCharsets.US_ASCII);
    }
}
