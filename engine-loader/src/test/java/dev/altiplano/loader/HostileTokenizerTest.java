package dev.altiplano.loader;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Broken tokenizer files: each ends in one exception that names file, field, found and expected. */
@Timeout(10) // the promise is one second; the machine may be busy
class HostileTokenizerTest {
    private static final String DEMO = TokenizerFiles.read(TokenizerFiles.stories()).toString();

    @TempDir Path folder;

    static List<Arguments> faults() {
        return List.of(
                fault("empty", text -> "", "'the file' is cut off, expected an object"),
                fault("array", text -> "[]", "'the file' is an array, expected an object"),
                fault("no-json", text -> "vocab", "is not valid JSON at line 1, column"),
                fault("two-objects", text -> text + "{}", "'the file' goes on after its object"),
                fault("deep", text -> "{\"x\":" + "[".repeat(100_000), "is larger than allowed at line 1, column"),
                fault("no-model", with("\"model\":", "\"mode1\":"), "has no 'model.vocab'"),
                fault("no-vocab", with("\"vocab\":", "\"v0cab\":"), "has no 'model.vocab'"),
                fault("no-merges", with("\"merges\":", "\"merge\":"), "has no 'model.merges'"),
                fault(
                        "no-pre-tokenizer",
                        with("\"pre_tokenizer\":", "\"pre_token\":"),
                        "has no 'pre_tokenizer'"),
                fault(
                        "model-twice",
                        text -> text.replaceFirst("\\}$", ",\"model\":{}}"),
                        "'the file' has 'model' twice, expected it once"),
                fault(
                        "vocab-twice",
                        with("\"model\":{", "\"model\":{\"vocab\":{},"),
                        "'model' has 'vocab' twice, expected it once"),
                fault(
                        "merges-twice",
                        text -> text.replaceFirst("\\}\\}$", ",\"merges\":[]}}"),
                        "'model' has 'merges' twice, expected it once"),
                fault("model-null", after("\"model\":", "null}"), "'model' is null, expected an object"),
                fault("model-string", after("\"model\":", "\"BPE\"}"), "'model' is a string"),
                fault("vocab-array", model("\"vocab\":[]"), "'model.vocab' is an array, expected an object"),
                fault("vocab-null", model("\"vocab\":null"), "'model.vocab' is null, expected an object"),
                fault("vocab-empty", model("\"vocab\":{},\"merges\":[]"), "no ordinary token for the byte"),
                fault("merges-object", model("\"vocab\":{},\"merges\":{}"), "'model.merges' is an object"),
                fault(
                        "word-pieces",
                        with("\"type\":\"BPE\"", "\"type\":\"WordPiece\""),
                        "'model.type' is 'WordPiece', expected 'BPE'"),
                fault(
                        "dropout",
                        with("\"dropout\":null", "\"dropout\":0.1"),
                        "'model.dropout' is 0.1, expected null"),
                fault(
                        "prefix",
                        with("_subword_prefix\":null", "_subword_prefix\":\"##\""),
                        "'model.continuing_subword_prefix' is '##', expected null"),
                fault(
                        "suffix",
                        with("end_of_word_suffix\":null", "end_of_word_suffix\":\"</w>\""),
                        "'model.end_of_word_suffix' is '</w>', expected null"),
                fault(
                        "ignore-merges",
                        with("\"ignore_merges\":false", "\"ignore_merges\":\"no\""),
                        "'model.ignore_merges' is a string, expected true or false"),
                fault("id-negative", id("-1"), "'model.vocab.!' is -1, expected an id from 0 to 2097151"),
                fault("id-huge", id("2147483647"), "'model.vocab.!' is 2147483647, expected an id"),
                fault("id-long", id("99999999999"), "'model.vocab.!' is 99999999999, expected an id"),
                fault("id-longer", id("9".repeat(99)), "'model.vocab.!' is 9999"),
                fault("id-endless", id("9".repeat(10_000)), "is larger than allowed at line 1, column"),
                fault("id-fraction", id("0.5"), "'model.vocab.!' is a number, expected an id"),
                fault("id-string", id("\"0\""), "'model.vocab.!' is a string, expected an id"),
                fault("id-null", id("null"), "'model.vocab.!' is null, expected an id"),
                fault("id-object", id("{}"), "'model.vocab.!' is an object, expected an id"),
                fault("id-twice", id("1"), "has the id 1 of another token, expected its own id"),
                fault(
                        "token-twice",
                        with("\"!\":0", "\"!\":0,\"!\":5000"),
                        "'model.vocab' has '!' twice, expected it once"),
                fault(
                        "odd-token-twice",
                        with("\"!\":0", "\"!\":0,\"日\":5000,\"日\":5001"),
                        "'model.vocab' has '日' twice, expected it once"),
                fault("byte-missing", with("\"!\":0", "\"!!!!!!!!!\":0"), "'model.merges["),
                fault(
                        "byte-missing-without-merges",
                        text -> merges("").apply(text).replace("\"!\":0", "\"!!!!!!!!!\":0"),
                        "'model' has no ordinary token for the byte 0x21, expected all bytes of UTF-8"),
                fault(
                        "merge-unknown",
                        merges("[\"h\",\"e\"],[\"hex\",\"e\"]"),
                        "'model.merges[1]' names 'hex', which model.vocab lacks"),
                fault("merge-foreign", merges("[\"日\",\"e\"]"), "'model.merges[0]' names '日'"),
                fault("merge-empty", merges("[\"\",\"e\"]"), "'model.merges[0]' names ''"),
                fault(
                        "merge-without-result",
                        merges("[\"q\",\"q\"]"),
                        "'model.merges[0]' names 'both together', which model.vocab lacks"),
                fault("merge-of-one", merges("[\"h\"]"), "'model.merges[0]' is cut off"),
                fault("merge-of-three", merges("[\"h\",\"e\",\"x\"]"), "'model.merges[0]' is a string"),
                fault("merge-of-ids", merges("[71,68]"), "'model.merges[0]' is a number, expected a pair"),
                fault("merge-number", merges("7"), "'model.merges[0]' is a number, expected a pair"),
                fault("merge-null", merges("null"), "'model.merges[0]' is null, expected a pair"),
                fault(
                        "merge-text-of-one",
                        merges("\"he\""),
                        "'model.merges[0]' is 'he', expected two tokens with a space between"),
                fault("merge-text-of-three", merges("\"h e x\""), "'model.merges[0]' is 'h e x'"),
                fault("merge-text-blank", merges("\" \""), "'model.merges[0]' names ''"),
                fault(
                        "merge-makes-special",
                        with("\"id\":960,", "\"id\":256,\"x\":0,").andThen(with("<|begin_of_text|>", "he"))
                                ::apply,
                        "'model' merges text to the special token 256, expected none"),
                fault("added-object", added("{}"), "'added_tokens' is an object, expected an array"),
                fault("added-number", added("[1]"), "'added_tokens[0]' is 1, expected an object"),
                fault("added-no-id", added("[{\"content\":\"x\"}]"), "'added_tokens[0].id' is missing"),
                fault("added-id", added("[" + token(-5, "x") + "]"), "'added_tokens[0].id' is -5"),
                fault("added-id-huge", added("[" + token(1 << 21, "x") + "]"), "'added_tokens[0].id' is 2097152"),
                fault(
                        "added-id-twice",
                        added("[" + token(960, "x") + "," + token(960, "yy") + "]"),
                        "'added_tokens[1].id' is 960, the id of an earlier one, expected its own id"),
                fault(
                        "added-content-twice",
                        added("[" + token(960, "x") + "," + token(961, "x") + "]"),
                        "'added_tokens[1].content' is 'x' again, expected another text"),
                fault(
                        "added-id-of-a-word",
                        added("[" + token(300, "<|x|>") + "]"),
                        "gives '<|x|>' the id 300, but model.vocab gives that id to another token"),
                fault(
                        "added-word-with-other-id",
                        added("[" + token(960, "he") + "]"),
                        "gives 'he' the id 960, but model.vocab gives it the id 256"),
                fault("added-byte", added("[" + token(64, "a") + "]"), "no ordinary token for the byte 0x61"),
                fault("added-flag", added("[{\"id\":960,\"content\":\"x\",\"special\":1}]"), "special' is 1"),
                fault(
                        "added-long",
                        added("[" + token(960, "x".repeat(1025)) + "]"),
                        "'added_tokens[0].content' has 1025 characters, expected at most 1024"),
                fault(
                        "normalizer",
                        with("\"normalizer\":null", "\"normalizer\":{\"type\":\"Lowercase\"}"),
                        "'normalizer.type' is 'Lowercase', expected NFC, NFD, NFKC or NFKD"),
                fault(
                        "normalizer-number",
                        with("\"normalizer\":null", "\"normalizer\":7"),
                        "'normalizer' is 7, expected an object"),
                fault(
                        "decoder",
                        text -> text.replaceAll("(\"decoder\":\\{\"type\":\")ByteLevel", "$1Metaspace"),
                        "'decoder.type' is 'Metaspace', expected ByteLevel"),
                fault("pre-null", pre("null"), "'pre_tokenizer.type' leads to no ByteLevel step"),
                fault("pre-type", pre("{}"), "'pre_tokenizer.type' is missing, expected a string"),
                fault(
                        "pre-digits",
                        pre("{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Digits\"},"
                                + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false}]}"),
                        "'pre_tokenizer.pretokenizers[0].type' is 'Digits', expected Split"),
                fault(
                        "pre-prefix",
                        pre("{\"type\":\"ByteLevel\",\"add_prefix_space\":true}"),
                        "'pre_tokenizer.add_prefix_space' is true or missing, expected false"),
                fault("pre-list", pre("{\"type\":\"Sequence\"}"), "'pre_tokenizer.pretokenizers' is missing"),
                fault("behavior", with("Isolated", "Removed"), "behavior' is 'Removed', expected 'Isolated'"),
                fault("regex-broken", regex("("), "Regex' cannot be compiled by java.util.regex"),
                fault("regex-exponential", regex("(a+)+b"), "Regex' repeats a group at index 4, expected"),
                fault("regex-long", regex("a".repeat(5000)), "Regex' has 5000 characters, expected"),
                fault("regex-number", with("\"Regex\":\"", "\"Regex\":1,\"x\":\""), "Regex' is 1, expected"),
                fault(
                        "many-values",
                        pre("[" + "0,".repeat(20_000) + "0]"),
                        "'pre_tokenizer' has over 10000 values, expected fewer"),
                fault("long-token", with("\"!\":0", "\"" + "!".repeat(70_000) + "\":0"), "is larger than allowed"));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aBrokenTokenizerJsonIsRefusedInWords(String name, UnaryOperator<String> change, String message) {
        String text = change.apply(DEMO);
        assertThat(text).as("the change has changed something").isNotEqualTo(DEMO);
        Path file = TokenizerFiles.write(folder, text);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("tokenizer.json: ")
                .hasMessageContaining(message);
    }

    static IntStream cuts() {
        return IntStream.rangeClosed(1, 40).map(i -> (int) ((long) DEMO.length() * i / 41));
    }

    @ParameterizedTest
    @MethodSource("cuts")
    void aCutOffTokenizerJsonIsRefusedInWords(int length) {
        Path file = TokenizerFiles.write(folder, DEMO.substring(0, length));

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("tokenizer.json: ");
    }

    @Test
    void changedBytesNeverEndInAnythingButAnAnswerOrACheckpointException() throws IOException {
        Random random = new Random(5);
        for (int i = 0; i < 300; i++) {
            byte[] bytes = DEMO.getBytes(UTF_8);
            for (int n = random.nextInt(1, 4); n > 0; n--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            Path file = Files.write(folder.resolve("tokenizer.json"), bytes);

            try {
                Tokenizer tokenizer = Tokenizer.open(file);
                assertThat(tokenizer.decode(tokenizer.encode("The fox."))).isNotNull();
            } catch (CheckpointException e) {
                assertThat(e).as("seed 5, round %d", i).hasMessageStartingWith("tokenizer.json: ");
            }
        }
    }

    @Test
    void bytesThatAreNotUtf8AreNamed() throws IOException {
        byte[] bytes = DEMO.getBytes(UTF_8);
        bytes[bytes.length / 2] = (byte) 0xFF;
        Path file = Files.write(folder.resolve("tokenizer.json"), bytes);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessage("tokenizer.json: has bytes that are not UTF-8");
    }

    @ParameterizedTest
    @ValueSource(strings = {"tokenizer.json", "tokenizer.model"})
    void aFileOfTwoGigabytesIsRefusedUnread(String name) throws IOException {
        Path file = folder.resolve(name);
        try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
            sparse.setLength(2L << 30);
        }

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith(name + ": has 2147483648 bytes, expected at most ");
    }

    @Test
    void aFolderWithoutATokenizerAndAMissingFileAreNamed() {
        assertThatThrownBy(() -> Tokenizer.open(folder))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder + ": is no file and has neither tokenizer.json nor tokenizer.model");
        assertThatThrownBy(() -> Tokenizer.open(folder.resolve("tokenizer.json")))
                .isInstanceOf(CheckpointException.class)
                .hasMessage(folder.resolve("tokenizer.json") + ": is no file");
    }

    static List<Arguments> brokenRanks() {
        return List.of(
                Arguments.of("", "has 0 ranks, expected 200000 (Llama 4)"),
                Arguments.of("YQ== 0\nYg== 1\n", "has 2 ranks, expected 200000 (Llama 4)"),
                Arguments.of("YQ== 1\n", "line 1 is 'YQ== 1', expected '<base64> 0'"),
                Arguments.of("YQ== 0\nYg== 0\n", "line 2 is 'Yg== 0', expected '<base64> 1'"),
                Arguments.of("YQ== -1\n", "line 1 is 'YQ== -1', expected '<base64> 0'"),
                Arguments.of("YQ== 99999999999\n", "line 1 is 'YQ== 99999999999', expected"),
                Arguments.of("YQ== 0 \n", "line 1 is 'YQ== 0 ', expected '<base64> 0'"),
                Arguments.of("YQ== 0\r\n", "line 1 is 'YQ== 0?', expected '<base64> 0'"),
                Arguments.of("YQ==\n", "line 1 is 'YQ==', expected '<base64> 0'"),
                Arguments.of("YQ== 0\n\n", "line 2 is '', expected '<base64> 1'"),
                Arguments.of(" 0\n", "line 1 has the token '', expected base64 of some bytes"),
                Arguments.of("Y!== 0\n", "line 1 has the token 'Y!==', expected base64"),
                Arguments.of("YQ 0\n", "line 1 has the token 'YQ', expected base64"),
                Arguments.of("YQ== 0\nYQ== 1\n", "line 2 has the bytes of an earlier line"),
                Arguments.of("\u0000\u0001\u0002", "line 1 is '???', expected '<base64> 0'"),
                Arguments.of("{\"model\":{}}", "line 1 is '{\"model\":{}}', expected"),
                Arguments.of("YWFh".repeat(30_000) + " 0\n", "line 1 has 90000 bytes, expected a shorter"));
    }

    @ParameterizedTest
    @MethodSource("brokenRanks")
    void aBrokenFileOfRanksIsRefusedInWords(String text, String message) throws IOException {
        Path file = Files.writeString(folder.resolve("tokenizer.model"), text);

        assertThatThrownBy(() -> Tokenizer.open(file))
                .isInstanceOf(CheckpointException.class)
                .hasMessageStartingWith("tokenizer.model: " + message);
    }

    @Test
    void patternsThatTakeForeverAreStoppedWithinASecondOrSo() {
        Path file = TokenizerFiles.write(folder, regex("a*a*a*a*a*b").apply(DEMO));
        Tokenizer tokenizer = Tokenizer.open(file);
        String text = "a".repeat(1000);

        long start = System.nanoTime();
        assertThatThrownBy(() -> tokenizer.encode(text))
                .isInstanceOf(CheckpointException.class)
                .hasMessageContaining("'pre_tokenizer' takes over 1000 steps per character");
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(5));
    }

    private static Arguments fault(String name, UnaryOperator<String> change, String message) {
        return Arguments.of(name, change, message);
    }

    private static UnaryOperator<String> with(String old, String replacement) {
        return text -> text.replace(old, replacement);
    }

    private static UnaryOperator<String> after(String marker, String rest) {
        return text -> text.substring(0, text.indexOf(marker) + marker.length()) + rest;
    }

    /** A model of which only these members are left. */
    private static UnaryOperator<String> model(String members) {
        return after("\"model\":", "{" + members + "}}");
    }

    private static UnaryOperator<String> merges(String elements) {
        return after("\"merges\":", "[" + elements + "]}}");
    }

    private static UnaryOperator<String> id(String id) {
        return with("\"!\":0", "\"!\":" + id);
    }

    private static UnaryOperator<String> added(String value) {
        return text -> text.replaceAll("\"added_tokens\":\\[.*?\\]", "\"added_tokens\":" + value);
    }

    private static UnaryOperator<String> pre(String value) {
        return text ->
                text.substring(0, text.indexOf("\"pre_tokenizer\":"))
                        + "\"pre_tokenizer\":"
                        + value
                        + ","
                        + text.substring(text.indexOf("\"post_processor\":"));
    }

    private static UnaryOperator<String> regex(String regex) {
        return pre(
                "{\"type\":\"Sequence\",\"pretokenizers\":[{\"type\":\"Split\",\"pattern\":{\"Regex\":\""
                        + regex
                        + "\"},\"behavior\":\"Isolated\"},"
                        + "{\"type\":\"ByteLevel\",\"add_prefix_space\":false,\"use_regex\":false}]}");
    }

    private static String token(int id, String content) {
        return "{\"id\":" + id + ",\"content\":\"" + content + "\",\"special\":true}";
    }
}
