package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.Llama4Model;
import dev.altiplano.ModelOptions;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.SafetensorsWriter;
import dev.altiplano.loader.TensorSpec;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Copies with smaller weights, as a user makes them, and what they cost. */
class QuantizeCommandTest {
    private static final Pattern PERPLEXITY =
            Pattern.compile("perplexity (\\d+\\.\\d+) \\(\\d+ tokens in windows of 512\\)\n");

    @TempDir Path place;

    private String out() {
        return place.resolve("copy").toString();
    }

    @Test
    void saysWhatItWrote() {
        String text = Run.of("quantize", Demo.PATH, out(), "--to", "int4", "--group", "32").fine();

        assertThat(text)
                .contains("weights      4.3 MiB in 1 file, the source has 10.3 MiB\n")
                .contains("linear maps  120 in int4, 38 kept\n")
                .containsPattern("error        \\d\\.\\d\\d % of a weight, root mean square\n")
                .contains("verified     every weight\n");
    }

    /**
     * Against a plain FP32 model of the weights that the published layout says the codes are,
     * decoded by other code than the engine's.
     */
    @ParameterizedTest
    @ValueSource(strings = {"fp8", "int8 --group 64", "int4 --group 32", "nvfp4"})
    void aCopyAnswersExactlyAsItsDecodedWeights(String format) throws IOException {
        List<String> call = new ArrayList<>(List.of("quantize", Demo.PATH, out(), "--to"));
        call.addAll(Arrays.asList(format.split(" ", -1)));
        call.add("--everything");
        Run.of(call.toArray(String[]::new)).fine();
        Path plain = Files.createDirectory(place.resolve("plain"));
        DecodedCopy decoded = DecodedCopy.read(Path.of(out()));
        decoded.writeTo(plain);
        record(plain, Path.of(out()), decoded);

        String verified = Run.of("verify", out()).fine();

        assertThat(verified)
                .contains("weights 4/4")
                .contains("greedy 5/5")
                .endsWith("2 passed, 0 failed\n");
    }

    /** What the plain model answers, as {@code verify} expects it. */
    private static void record(Path plain, Path copy, DecodedCopy decoded) throws IOException {
        int[][] prompts = {{960}, {960, 401, 12, 77, 300, 5, 641, 90, 2, 17, 333, 8}};
        ObjectNode json = JsonMapper.shared().createObjectNode();
        List<TensorSpec> specs = new ArrayList<>();
        List<float[]> logits = new ArrayList<>();
        try (Llama4Model model = Llama4Model.open(plain, ModelOptions.defaults())) {
            int vocabulary = model.config().vocabularySize();
            for (int[] prompt : prompts) {
                float[] rows = new float[prompt.length * vocabulary];
                model.logits(
                        prompt,
                        true,
                        (p, row) -> System.arraycopy(row, 0, rows, p * vocabulary, vocabulary));
                logits.add(rows);
                specs.add(
                        TensorSpec.of(
                                "logits." + (logits.size() - 1), "F32", prompt.length, vocabulary));
                ObjectNode entry = json.withArray("prompts").addObject();
                entry.put("prompt", logits.size() - 1).put("tokens", prompt.length);
                entry.put("logits_from", 0);
                int[] sequence = prompt;
                for (int i = 0; i < 5; i++) {
                    int next = mostProbable(model, sequence);
                    entry.withArray("greedy").add(next);
                    sequence = Arrays.copyOf(sequence, sequence.length + 1);
                    sequence[sequence.length - 1] = next;
                }
            }
        }
        for (int i = 0; i < prompts.length; i++) {
            specs.add(TensorSpec.of("ids." + i, "I32", prompts[i].length));
        }
        List<String> rows =
                List.of(
                        "model.layers.0.feed_forward.down_proj.weight",
                        "model.layers.1.feed_forward.shared_expert.up_proj.weight",
                        "model.layers.2.self_attn.k_proj.weight",
                        "model.layers.7.feed_forward.experts.7.gate_proj.weight");
        rows.forEach(name -> specs.add(decoded.spec(name, "dequantised." + name)));
        try (SafetensorsWriter writer =
                SafetensorsWriter.create(copy.resolve("expected.safetensors"), specs)) {
            logits.forEach(writer::add);
            for (int[] prompt : prompts) {
                writer.add(prompt);
            }
            rows.forEach(name -> writer.add(decoded.values(name)));
            writer.finish();
        }
        Files.writeString(copy.resolve("expected.json"), json.toString());
    }

    private static int mostProbable(Llama4Model model, int[] ids) {
        int[] best = new int[1];
        model.logits(
                ids,
                false,
                (_, logits) -> {
                    for (int i = 0; i < logits.length; i++) {
                        best[0] = logits[i] > logits[best[0]] ? i : best[0];
                    }
                });
        return best[0];
    }

    @ParameterizedTest
    @CsvSource({
        "fp8, 0.5",
        "int8, 0.5",
        "int4 --group 32 --everything, 3",
        "nvfp4 --everything, 4"
    })
    void theTextIsForetoldNearlyAsWell(String format, double mostPercent) throws IOException {
        String[] call =
                Stream.concat(
                                Stream.of("quantize", Demo.PATH, out(), "--to"),
                                Stream.of(format.split(" ", -1)))
                        .toArray(String[]::new);
        Run.of(call).fine();
        double before = perplexity(Demo.PATH);

        double after = perplexity(out());

        assertThat(Math.abs(after / before - 1) * 100).isLessThan(mostPercent);
    }

    /** Of some of the held-out text; docs/checkpoints.md has all of it. */
    private double perplexity(String model) throws IOException {
        Path text = place.resolve("text.txt");
        Files.writeString(
                text, Files.readString(Demo.FOLDER.resolve("held-out.txt")).substring(0, 8_000));

        String line = Run.of("perplexity", model, text.toString(), "--context", "512").fine();

        Matcher matcher = PERPLEXITY.matcher(line);
        assertThat(matcher.matches()).as(line).isTrue();
        return Double.parseDouble(matcher.group(1));
    }

    @Test
    void perplexityIsAlsoThereForPrograms() throws IOException {
        Path text = place.resolve("text.txt");
        Files.writeString(text, "Once there was a clever otter called Pip.");

        String json = Run.of("perplexity", Demo.PATH, text.toString(), "--json").fine();

        Map<?, ?> value = JsonMapper.shared().readValue(json, Map.class);
        assertThat(value.get("context")).isEqualTo(2048);
        assertThat((Integer) value.get("tokens")).isBetween(8, 20);
        double nll = (Double) Objects.requireNonNull(value.get("nll_per_token"));
        assertThat((Double) value.get("perplexity")).isEqualTo(Math.exp(nll));
    }

    @Test
    void inspectNamesTheFormats() {
        Run.of("quantize", Demo.PATH, out(), "--to", "int4", "--group", "32").fine();

        String text = Run.of("inspect", out()).fine();
        JsonNode json = JsonMapper.shared().readTree(Run.of("inspect", out(), "--json").fine());

        assertThat(text)
                .contains("parameters         5.4 million, 2.6 MiB read a token\n")
                .contains("quantised by       compressed-tensors, pack-quantized\n")
                .containsPattern(
                        "formats            INT4, groups of 32 inputs +2\\.3 MiB, +\\d+\\.\\d KiB")
                .containsPattern("\n +experts: INT4, groups of 32 inputs +1\\.7 MiB, +216\\.0 KiB")
                .containsPattern("\n +attention: BF16 +1\\.5 MiB, +1\\.5 MiB read a token\n");
        long bytes = 0;
        long tokenBytes = 0;
        for (JsonNode format : json.get("formats")) {
            bytes += format.get("bytes").asLong();
            tokenBytes += format.get("bytes_per_token").asLong();
        }
        assertThat(tokenBytes).isEqualTo(json.get("bytes_per_token").asLong());
        assertThat(bytes).isEqualTo(fileBytes() - 120 * 16); // without weight_shape
        assertThat(json.get("parameters").asLong()).isEqualTo(5_380_224);
    }

    private long fileBytes() {
        try (SafetensorsFile file =
                SafetensorsFile.open(Path.of(out()).resolve("model.safetensors"))) {
            return file.tensors().stream().mapToLong(tensor -> tensor.bytes()).sum();
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "--to fp4; --to is 'fp4', expected fp8, int8, int4 or nvfp4",
                "--to fp8 --group 128; fp8 has one scale an output: no groups of 128",
                "--to int4 --group 0; a group of 0 inputs, expected 1 or more",
                "--to int4 --keep (; --keep '(': Unclosed group"
            })
    void wrongCallsAreAnsweredInWords(String options, String words) {
        String[] call =
                Stream.concat(
                                Stream.of("quantize", Demo.PATH, out()),
                                Stream.of(options.split(" ", -1)))
                        .toArray(String[]::new);

        assertThat(Run.of(call).failure(ExitCode.USAGE)).isEqualTo(words);
    }

    @Test
    void whatCannotBeWrittenIsAnsweredInWords() throws IOException {
        Files.createDirectory(Path.of(out()));
        Files.writeString(Path.of(out()).resolve("mine.txt"), "mine");

        assertThat(Run.of("quantize", Demo.PATH, out(), "--to", "fp8").failure(ExitCode.FAILED))
                .isEqualTo(out() + ": is not empty, expected a new folder");
        assertThat(Run.of("quantize", "nowhere", out(), "--to", "fp8").failure(ExitCode.FAILED))
                .isEqualTo("nowhere: does not exist, expected a folder with a checkpoint");
        assertThat(
                        Run.of(
                                        "perplexity",
                                        Demo.PATH,
                                        Demo.PATH + "/held-out.txt",
                                        "--context",
                                        "1")
                                .failure(ExitCode.USAGE))
                .isEqualTo("--context is 1, expected 2 or more");
    }
}
