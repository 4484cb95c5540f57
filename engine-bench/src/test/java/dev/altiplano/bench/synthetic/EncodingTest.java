package dev.altiplano.bench.synthetic;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EncodingTest {
    @ParameterizedTest
    @CsvSource({
        "F32, 1, 3f800000",
        "F32, -2.5, c0200000",
        "F16, 1, 3c00",
        "F16, -0.1, ae66",
        "BF16, 1, 3f80",
        "BF16, -0.1, bdcd",
        "BF16, 1.00390625, 3f80", // half-way between two numbers: the even one
        "BF16, 1.01171875, 3f82",
        "F8_E4M3, 0, 00",
        "F8_E4M3, 0.001953125, 01",
        "F8_E4M3, 0.015625, 08",
        "F8_E4M3, 1, 38",
        "F8_E4M3, 1.05, 38",
        "F8_E4M3, 1.07, 39",
        "F8_E4M3, -448, fe",
        "F8_E4M3, 1000, 7e" // the next code is no number
    })
    void roundsToTheNearest(Encoding encoding, double value, String bits) {
        assertThat(Long.toHexString(encoding.bits(value)))
                .isEqualTo(bits.replaceFirst("^0(?=.)", ""));
    }
}
