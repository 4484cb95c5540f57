package dev.altiplano.kernels;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MatVecTest {
    private static final int PAGE = 4096;

    @ParameterizedTest
    @ValueSource(ints = {1024, 5120, 8192, 16_384})
    void givesFp8BandsOfWholePages(int inputs) {
        for (int bands : new int[] {4, 6}) {
            int rows = MatVec.rowsPerItem(DType.F8_E4M3, bands, inputs, 1000);

            assertThat((long) rows / bands * inputs % PAGE).isZero();
            assertThat(rows % bands).isZero();
        }
    }

    @Test
    void keepsBandsOfInt8AndBf16OffPages() {
        assertThat(MatVec.rowsPerItem(DType.I8, 8, 5120, 640) / 8 * 5120 % PAGE).isNotZero();
        assertThat(MatVec.rowsPerItem(DType.BF16, 12, 10_240, 640) / 12 * 10_240 % PAGE)
                .isNotZero();
    }

    @Test
    void leavesEveryWorkerSeveralItemsWhateverThePages() {
        assertThat(MatVec.rowsPerItem(DType.F8_E4M3, 4, 5120, 8)).isEqualTo(12); // 32 share 1024
        assertThat(MatVec.rowsPerItem(DType.F8_E4M3, 4, 5120, 80)).isEqualTo(80); // 16 share 5120
        assertThat(MatVec.rowsPerItem(DType.F8_E4M3, 4, 5121, 80)).isEqualTo(84);
    }
}
