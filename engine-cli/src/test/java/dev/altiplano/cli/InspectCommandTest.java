package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.io.IOException;
import java.nio.file.Path;

class InspectCommandTest {
    @TempDir Path folder;

    @Test
    void saysWhatTheCheckpointIs() {
        String text = Run.of("inspect", Demo.PATH, "--context", "4096").fine();

        assertThat(text)
                .contains("parameters         5.4 million, 4.8 MiB read a token\n")
                .contains("chunked attention, dense: 1, 3, 5, 7\n")
                .contains("full attention, experts: 4, 8\n")
                .contains("tensors            BF16")
                .contains("model-00002-of-00002.safetensors")
                .contains("memory             for a sequence of 4096 tokens\n");
    }

    @Test
    void saysTheSameToPrograms() { // widths and counts from config.json and the files' sizes
        JsonNode json = json(Run.of("inspect", Demo.PATH, "--context", "4096", "--json").fine());

        assertThat(json.get("config").get("hidden_size").asInt()).isEqualTo(128);
        assertThat(json.get("config").get("rope_scaling").isNull()).isTrue();
        assertThat(json.get("layers").get(3).get("attention").asString()).isEqualTo("full");
        assertThat(json.get("parameters").asLong()).isEqualTo(5_380_224);
        assertThat(json.get("tensors").get(0).get("bytes").asLong()).isEqualTo(2 * 5_380_224);
        assertThat(json.get("memory_plan").get("context").asLong()).isEqualTo(4096);
        // keys and values of 2 heads of 64 elements in FP32, 8 layers, of which 2 are full
        assertThat(json.get("memory_plan").get("key_value_bytes_per_token").asLong())
                .isEqualTo(2 * 2 * 64 * 4 * 8);
        assertThat(json.get("memory_plan").get("key_value_bytes_per_token_later").asLong())
                .isEqualTo(2 * 2 * 64 * 4 * 2);
        assertThat(json.get("memory_plan").get("fits").asBoolean()).isTrue();
    }

    @Test
    void missesWhatIsNotThere() throws IOException {
        String bare = Demo.copyWithoutTextTo(folder).toString();

        assertThat(Run.of("inspect", bare).fine())
                .containsPattern("tokenizer +none\n")
                .containsPattern("chat template +none\n");
    }

    @Test
    void saysWhyItWouldBeSlowHere() {
        int processors = Runtime.getRuntime().availableProcessors();
        String threads = Integer.toString(processors + 1);
        String found = "%s threads, %d processors".formatted(threads, processors);

        String text = Run.of("inspect", Demo.PATH, "--threads", threads).fine();
        JsonNode json = json(Run.of("inspect", Demo.PATH, "--threads", threads, "--json").fine());

        assertThat(text)
                .containsPattern("slow +" + found + "\n")
                .containsPattern("\n +remedy: ask for as many threads as there are processors");
        assertThat(json.get("performance_cliffs").findValuesAsString("cliff"))
                .contains("more_threads_than_processors");
        assertThat(json.get("performance_cliffs").findValuesAsString("found")).contains(found);
    }

    @Test
    void measuresTheKernelsWhenAsked() {
        assertThat(Run.of("inspect", Demo.PATH, "--check").fine())
                .doesNotContain("a kernel makes objects")
                .doesNotContain("a vector kernel is slower");
    }

    private static JsonNode json(String text) {
        return JsonMapper.shared().readTree(text);
    }

    @Test
    void describesAnImageTower() {
        String model = Goldens.golden("vision56").toString();

        String text = Run.of("inspect", model).fine();
        JsonNode json = json(Run.of("inspect", model, "--json").fine());

        assertThat(text)
                .containsPattern(
                        "image tower +3 layers, hidden size 32, \\d heads; tiles of 56 pixels, 4"
                                + " tokens each\n");
        assertThat(json.get("image_tower_shape").get("tokens_per_tile").asInt()).isEqualTo(4);
    }
}
