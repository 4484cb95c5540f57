package dev.altiplano.bench;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StretchTest {
    @ParameterizedTest
    @CsvSource({
        "0, 1, 1", //
        "0, 4, 10", // 1 + 2 + 3 + 4
        "10, 3, 36", // 11 + 12 + 13
        "1000000000, 2, 2000000003"
    })
    void eachTokenSeesWhatCameBeforeAndItself(long from, int count, long seen) {
        assertThat(new Stretch(from, count).seen()).isEqualTo(seen);
    }

    @ParameterizedTest
    @CsvSource({
        "0, 4, 10, 10",
        "6, 5, 4, 13", // 3 + 4, then a new chunk: 1 + 2 + 3
        "8192, 1, 8192, 1",
        "8191, 1, 8192, 8192",
        "5, 3, 1, 3",
        "0, 20000, 8192, 73656592" // two chunks of 8192 * 8193 / 2, and 3616 * 3617 / 2
    })
    void inChunksOnlyWhatCameBeforeInTheSameChunk(long from, int count, int chunk, long seen) {
        assertThat(new Stretch(from, count).seenInChunks(chunk)).isEqualTo(seen);
    }

    @Test
    void needsAToken() {
        assertThatThrownBy(() -> new Stretch(3, 0))
                .hasMessage("0 tokens from position 3 on, expected 1 or more from 0 on");
    }
}
