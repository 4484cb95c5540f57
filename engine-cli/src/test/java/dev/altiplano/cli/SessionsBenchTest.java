package dev.altiplano.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

import java.util.Arrays;

class SessionsBenchTest {
    @Test
    void measuresSessionsAloneAndTogether() {
        JsonNode json = JsonMapper.shared().readTree(bench("--json").fine());
        double alone = json.get("alone_tokens_per_second").get("median").asDouble();
        double together = json.get("together_tokens_per_second").get("median").asDouble();

        assertThat(json.get("sessions").asInt()).isEqualTo(3);
        assertThat(json.get("decoded_tokens").asInt()).isEqualTo(4);
        assertThat(alone).isPositive();
        assertThat(json.get("gain").asDouble()).isCloseTo(together / alone, within(1e-9));
    }

    @Test
    void saysItInWords() {
        assertThat(bench("--threads", "1").fine())
                .containsPattern("one session +[0-9.]+ tokens/s \\([0-9.]+ to [0-9.]+\\)")
                .containsPattern("3 sessions +[0-9.]+ tokens/s .*, [0-9.]+ times as many");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    bench M --sessions 0        | 0 sessions, 128 decoded tokens, 5 repeats, expected at least 1 of each
                    bench M --sessions 2 -n 0   | 2 sessions, 0 decoded tokens, 5 repeats, expected at least 1 of each
                    bench --limits --sessions 2 | --sessions and what has no MODEL contradict each other
                    """)
    void refusesWhatCannotBeMeasured(String call, String words) {
        assertThat(Run.of(call.split(" ")).failure(ExitCode.USAGE)).isEqualTo(words);
    }

    private static Run bench(String... more) {
        String[] words = "bench M --sessions 3 -n 4 --repeat 2 --warm-up 0".split(" ");
        words[1] = Demo.PATH;
        String[] all = Arrays.copyOf(words, words.length + more.length);
        System.arraycopy(more, 0, all, words.length, more.length);
        return Run.of(all);
    }
}
