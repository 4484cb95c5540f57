package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class BenchCommandTest {
    @Test
    void measuresReadingAndWriting() {
        String out =
                Run.of("bench", Demo.PATH, "-p", "16", "-n", "4", "--repeat", "2", "--json").fine();

        JsonNode json = JsonMapper.shared().readTree(out);
        assertThat(json.get("prefill_tokens_per_second").get("median").asDouble()).isPositive();
        assertThat(json.get("decode_tokens_per_second").get("min").asDouble()).isPositive();
        assertThat(json.get("bytes_per_token").get("total").asLong()).isEqualTo(4_993_536);
        assertThat(json.get("bandwidth_bytes_per_second").asDouble()).isGreaterThan(1e8);
        assertThat(json.get("bandwidth_share").asDouble()).isPositive();
    }

    @Test
    void leavesOutWhatIsNotWanted() {
        String out = Run.of("bench", Demo.PATH, "-p", "0", "-n", "2", "--repeat", "1").fine();

        assertThat(out)
                .contains("decode", "weights read a token  4.8 MiB\n", "share of bandwidth")
                .doesNotContain("prefill");
    }
}
