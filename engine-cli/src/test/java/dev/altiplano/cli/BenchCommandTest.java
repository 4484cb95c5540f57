package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

class BenchCommandTest {
    private static final String[] SMALL = {
        "--set",
        "hidden_size=64",
        "--set",
        "vocab_size=300",
        "--set",
        "intermediate_size=96",
        "--set",
        "intermediate_size_mlp=128",
        "--set",
        "num_attention_heads=4",
        "--set",
        "num_key_value_heads=2",
        "--set",
        "head_dim=16",
        "--set",
        "num_local_experts=4"
    };

    @TempDir private Path folder;

    @Test
    void measuresReadingAndWriting() {
        JsonNode json = json(Demo.PATH, "-p 16 -n 4 --repeat 2");

        assertThat(json.get("prefill_tokens_per_second").get("median").asDouble()).isPositive();
        assertThat(json.get("decode_tokens_per_second").get("min").asDouble()).isPositive();
        assertThat(json.get("bytes_per_token").get("total").asLong()).isEqualTo(4_993_536);
        assertThat(json.get("bytes_per_token").get("head").asLong()).isEqualTo(2 * 1024 * 128);
        assertThat(json.get("flops_per_token").get("head").asLong()).isEqualTo(2 * 1024 * 128);
        assertThat(json.get("bandwidth_bytes_per_second").asDouble()).isPositive();
        assertThat(json.get("limits").get("multiply_add_flops_per_second").get("max").asDouble())
                .isPositive();
        assertThat(json.get("layers").asInt()).isEqualTo(8);
    }

    @Test
    void measuresPictures() {
        Path model = Goldens.golden("vision56");
        String picture = model.resolve("p3.png").toString();

        JsonNode json = json(model.toString(), "--repeat 1", "--image", picture);
        String text = run(model.toString(), "--repeat 1", "--image", picture).fine();

        assertThat(json.get("tiles").asInt()).isPositive();
        assertThat(median(json, "preprocessing_seconds")).isPositive();
        assertThat(median(json, "decoder_seconds")).isPositive();
        assertThat(json.get("peak_share").asDouble())
                .isCloseTo(
                        json.get("tower_flops_per_tile").asDouble()
                                / median(json, "tower_seconds_per_tile")
                                / median(json.get("limits"), "multiply_add_flops_per_second"),
                        within(1e-9));
        assertThat(text)
                .containsPattern("preprocessing +\\d+\\.\\d ms \\(")
                .containsPattern("\\d ms a megapixel")
                .containsPattern("share of peak +\\d+ %, 0\\.\\d+ GFLOP a tile");
    }

    @Test
    void picturesNeedATower() {
        String picture = Goldens.golden("vision56").resolve("p0.png").toString();

        assertThat(Run.of("bench", Demo.PATH, "--image", picture).failure(1))
                .contains("this checkpoint has no image tower");
        assertThat(Run.of("bench", Demo.PATH, "--image", "none.png").failure(1))
                .isEqualTo("none.png: does not exist");
        assertThat(Run.of("bench", "--image", picture).failure(2))
                .isEqualTo("--image needs a MODEL to measure");
    }

    /** What is reported together must agree. */
    @Test
    void sharesFollowFromSpeedsAndLimits() {
        JsonNode json = json(Demo.PATH, "-p 8 -n 3 --repeat 1");
        JsonNode depth = json.get("depths").get(0);
        double bandwidth = json.get("bandwidth_bytes_per_second").asDouble();
        double peak =
                json.get("limits").get("multiply_add_flops_per_second").get("median").asDouble();

        assertThat(json.get("bandwidth_share").asDouble())
                .isCloseTo(
                        median(depth, "decode_tokens_per_second")
                                * depth.get("decode_bytes_per_token").asDouble()
                                / bandwidth,
                        within(1e-9));
        assertThat(json.get("peak_share").asDouble())
                .isCloseTo(
                        median(depth, "prefill_tokens_per_second")
                                * depth.get("prefill_flops_per_token").asDouble()
                                / peak,
                        within(1e-9));
        // tokens at positions 1, 2 and 3 see 2, 3 and 4 positions in 8 layers
        assertThat(depth.get("key_value_bytes_per_token").asDouble())
                .isEqualTo(8 * 3 * 2 * 2 * 64 * 4);
    }

    @Test
    void measuresBehindSeveralDepths() {
        JsonNode json = json(Demo.PATH, "-p 4 -n 2 --repeat 1 --depth 50,0");

        List<Integer> depths = new ArrayList<>();
        for (JsonNode depth : json.get("depths")) {
            depths.add(depth.get("depth").asInt());
            assertThat(median(depth, "prefill_tokens_per_second")).isPositive();
        }
        assertThat(depths).containsExactly(0, 50);
        assertThat(json.get("decode_tokens_per_second"))
                .isEqualTo(json.get("depths").get(0).get("decode_tokens_per_second"));
    }

    private static double median(JsonNode json, String key) {
        return json.get(key).get("median").asDouble();
    }

    @Test
    void saysWhatTheWholeModelWouldGive() {
        JsonNode json = json(Demo.PATH, "-p 0 -n 2 --repeat 1 --whole 16");

        JsonNode whole = json.get("depths").get(0).get("whole_model");
        assertThat(whole.get("layers").asInt()).isEqualTo(16);
        assertThat(whole.get("prefill_tokens_per_second").isNull()).isTrue();
        assertThat(whole.get("decode_tokens_per_second").asDouble())
                .isBetween(
                        0.5 * median(json, "decode_tokens_per_second"),
                        0.6 * median(json, "decode_tokens_per_second"));
    }

    @Test
    void isNoPartWhenItHasAsManyLayers() {
        JsonNode json = json(Demo.PATH, "-p 0 -n 1 --repeat 1 --whole 8");

        assertThat(json.get("depths").get(0).get("whole_model").isNull()).isTrue();
    }

    @Test
    void leavesOutWhatIsNotWanted() {
        String out = text("-p 0 -n 2 --repeat 1");

        assertThat(out)
                .contains(
                        "decode                2 tokens: ",
                        "weights read a token  4.8 MiB\n",
                        "attention 1.5 MiB, router 8.0 KiB, experts 768.0 KiB",
                        "share of bandwidth",
                        "with 48 layers        about decode ")
                .doesNotContain("prefill");
    }

    @Test
    void namesTheDepth() {
        String out = text("-p 2 -n 1 --repeat 1 --depth 9");

        assertThat(out)
                .contains(
                        "\nbehind tokens         9\n",
                        "prefill               2 tokens: ",
                        "GFLOP a token",
                        "KiB of keys and values a token",
                        "window");
    }

    @ParameterizedTest
    @ValueSource(strings = {"scout", "maverick", "dense"})
    void worksForModelsWithoutATokenizer(String golden) {
        JsonNode json = json(Goldens.golden(golden).toString(), "-p 5 -n 2 --repeat 1");

        assertThat(json.get("bandwidth_share").asDouble()).isPositive();
        assertThat(json.get("peak_share").asDouble()).isPositive();
        boolean dense = golden.equals("dense");
        assertThat(json.get("bytes_per_token").get("experts").asLong() == 0).isEqualTo(dense);
    }

    @Test
    void measuresTheMachineAlone() {
        String out =
                Run.of("bench", "--limits", "--repeat", "1", "--threads", "3", "--json").fine();
        JsonNode limits = JsonMapper.shared().readTree(out);

        List<Integer> threads = new ArrayList<>();
        limits.get("limits").forEach(limit -> threads.add(limit.get("threads").asInt()));
        assertThat(threads).containsExactly(1, 2, 3);
        assertThat(Run.of("bench", "--limits", "--repeat", "1", "--threads", "1").fine())
                .contains("memory bandwidth", "GB/s", "multiply-add peak", ", 1 thread", "window");
    }

    @Test
    void writesAModelThatCanBeMeasured() {
        Path model = folder.resolve("model");

        String written =
                Run.of(synthetic("maverick", "--layers", "3", "--write", model.toString())).fine();

        assertThat(written)
                .startsWith(
                        model + ": 3 layers, hidden size 64, 4 experts, vocabulary 300, bf16, ");
        JsonNode json = json(model.toString(), "-p 3 -n 2 --repeat 1");
        assertThat(json.get("layers").asInt()).isEqualTo(3);
    }

    private static String[] synthetic(String... more) {
        List<String> all = new ArrayList<>(List.of("bench", "--synthetic"));
        all.addAll(List.of(more));
        all.addAll(List.of(SMALL));
        return all.toArray(String[]::new);
    }

    @Test
    void theSeedDecidesAboutTheWeights() throws IOException {
        for (String seed : List.of("1", "2")) {
            String target = folder.resolve(seed).toString();
            Run.of(synthetic("scout", "--layers", "1", "--seed", seed, "--write", target)).fine();
        }
        String target = folder.resolve("default").toString();
        Run.of(synthetic("scout", "--layers", "1", "--write", target)).fine();

        assertThat(weights("1")).isEqualTo(weights("default")).isNotEqualTo(weights("2"));
    }

    private byte[] weights(String name) throws IOException {
        return Files.readAllBytes(folder.resolve(name).resolve("model.safetensors"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '"',
            textBlock =
                    """
                    bench                                | what is to be measured? MODEL, or --limits, or --synthetic to write a model
                    bench M --limits                     | --limits and MODEL contradict each other
                    bench M --synthetic scout --write D  | --synthetic and MODEL contradict each other
                    bench --limits --synthetic scout     | --synthetic and --limits contradict each other
                    bench --synthetic scout              | --synthetic needs --write DIR
                    bench --write D                      | --write, --layers, --dtype, --set, --image-tower and --seed need --synthetic scout or maverick
                    bench M --layers 3                   | --write, --layers, --dtype, --set, --image-tower and --seed need --synthetic scout or maverick
                    bench --synthetic scout --write D --dtype int4 | --dtype is 'int4', expected bf16, f16, f32, fp8, fp8-experts or fp8-fused
                    bench --synthetic scout --write D --layers 0 | num_hidden_layers is 0, expected 1 to 4096
                    bench --synthetic scout --write D --set head_dim=3 | head_dim is 3, expected an even number
                    bench M --depth 0,-1                 | depths are [0, -1], expected at least one, each 0 or more
                    bench M --warm-up -1                 | --warm-up is -1, expected 0 or more
                    bench M --whole 0                    | --whole is 0, expected 1 or more
                    bench M -p 0 -n 0                    | 0 prompt tokens and 0 decoded tokens, expected one of them above 0
                    bench M --threads 0                  | threads is 0, expected 1 to 1024
                    bench M --block 0                    | block size is 0, expected 1 to 4096
                    """)
    void refusesWhatContradictsItself(String call, String words) {
        String failure = Run.of(call.split(" ")).failure(ExitCode.USAGE);

        assertThat(failure).isEqualTo(words);
    }

    @Test
    void refusesMorePositionsThanTheModelHas() {
        String failure =
                Run.of("bench", Demo.PATH, "--depth", "65536", "-p", "16", "-n", "1")
                        .failure(ExitCode.USAGE);

        assertThat(failure)
                .isEqualTo(
                        "--depth, -p and -n need 65553 positions, the model has 65536"
                                + " (max_position_embeddings)");
    }

    @Test
    void refusesAFolderThatHoldsSomething() throws IOException {
        Files.writeString(folder.resolve("letter.txt"), "precious");

        String failure =
                Run.of(synthetic("scout", "--write", folder.toString())).failure(ExitCode.FAILED);

        assertThat(failure).isEqualTo(folder + ": is not empty, expected a new folder");
    }

    private static String text(String options) {
        return run(Demo.PATH, options).fine();
    }

    private static JsonNode json(String model, String options, String... more) {
        return JsonMapper.shared().readTree(run(model, options + " --json", more).fine());
    }

    /**
     * Without warming up: what is measured is not looked at.
     *
     * @param options separated by spaces
     * @param more words that may hold spaces, such as paths
     */
    private static Run run(String model, String options, String... more) {
        Stream<String> words =
                Stream.of(
                                Stream.of("bench", model, "--warm-up", "0"),
                                Stream.of(options.split(" ")),
                                Stream.of(more))
                        .flatMap(part -> part);
        return Run.of(words.toArray(String[]::new));
    }
}
