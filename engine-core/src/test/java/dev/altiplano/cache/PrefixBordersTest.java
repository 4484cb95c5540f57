package dev.altiplano.cache;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.util.ArrayList;
import java.util.List;

class PrefixBordersTest {
    @ParameterizedTest
    @CsvSource({
        "8192, 256, 256 512 768 1024",
        "8192, 100, 300 600 900 1200",
        "8192, 4096, 4096 8192 12288 16384",
        "2147483647, 512, 512 1024 1536 2048",
        "300, 64, 256 300 556 600",
        "64, 256, 256 512 768 1024",
        "100, 7, 300 600 900 1200",
        "16, 1, 256 512 768 1024"
    })
    void liesAtBlockEndsAPageApart(int chunkSize, int blockSize, String expected) {
        PrefixBorders borders = new PrefixBorders(chunkSize, blockSize);

        List<String> found = new ArrayList<>();
        long at = 0;
        for (int i = 0; i < 4; i++) {
            at = borders.after((int) at);
            found.add(Long.toString(at));
        }

        assertThat(String.join(" ", found)).isEqualTo(expected);
    }
}
