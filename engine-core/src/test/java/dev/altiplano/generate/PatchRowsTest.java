package dev.altiplano.generate;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.kernels.Rows;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

class PatchRowsTest {
    /** Features are {@code first, first + 1, ...}. */
    private static final class Numbers implements FeatureSource {
        private final float first;
        private final int count;
        private final String digest;
        private int asked;

        Numbers(float first, int count, String digit) {
            this.first = first;
            this.count = count;
            this.digest = digit.repeat(64);
        }

        @Override
        public Rows features(@Nullable BooleanSupplier cancel) {
            asked++;
            Rows rows = Rows.of(count, 1);
            for (int i = 0; i < count; i++) {
                rows.data()[rows.offset(i)] = first + i;
            }
            return rows;
        }

        @Override
        public String digest() {
            return digest;
        }
    }

    private final Numbers a = new Numbers(10, 3, "a");
    private final Numbers b = new Numbers(20, 2, "b");
    private final PatchRows rows = new PatchRows();

    PatchRowsTest() {
        rows.add(new int[] {2, 3, 5}, a); // a separator stands at 4
        rows.add(new int[] {8, 9}, b);
    }

    private static float[] read(PatchRows rows, int from, int count) {
        float[] read = new float[count];
        Arrays.fill(read, -1);
        rows.load(from, count, null);
        for (int i = 0; i < count; i++) {
            rows.copy(from + i, read, i);
        }
        return read;
    }

    @Test
    void featuresStandWhereTheirPatchesDo() {
        assertThat(read(rows, 0, 10)).containsExactly(-1, -1, 10, 11, -1, 12, -1, -1, 20, 21);
    }

    @Test
    void blocksMakeOnlyWhatTheyNeed() {
        assertThat(rows.load(0, 2, null)).isFalse();
        assertThat(read(rows, 3, 3)).containsExactly(11, -1, 12);
        assertThat(a.asked).isEqualTo(1);
        assertThat(b.asked).isZero();
        assertThat(read(rows, 5, 4)).containsExactly(12, -1, -1, 20);
        assertThat(a.asked).as("still there from the block before").isEqualTo(1);
    }

    @Test
    void tokensMayBeReadAgain() {
        read(rows, 0, 10);
        rows.load(10, 5, null);

        assertThat(read(rows, 2, 4)).containsExactly(10, 11, -1, 12);
    }

    @Test
    void aSequenceThatGoesBackKeepsWhatIsBeforeThat() {
        rows.dropFrom(5);

        assertThat(read(rows, 0, 10)).containsExactly(-1, -1, 10, 11, -1, -1, -1, -1, -1, -1);
        rows.dropFrom(2);
        assertThat(rows.load(0, 10, null)).isFalse();
    }

    @Test
    void aCopyGoesItsOwnWay() {
        PatchRows copy = rows.copy();
        rows.dropFrom(0);

        assertThat(read(copy, 8, 2)).containsExactly(20, 21);
    }

    /** The key of a prefix must tell pictures apart whose patch tokens are the same. */
    @Test
    void contentTellsPicturesAndTheirPatchesApart() {
        PatchRows other = new PatchRows();
        other.add(new int[] {2, 3, 5}, new Numbers(10, 3, "c"));
        PatchRows same = new PatchRows();
        same.add(new int[] {2, 3, 5}, new Numbers(99, 3, "a"));

        Set<ByteBuffer> different = new HashSet<>();
        for (int position : new int[] {2, 3, 5}) {
            different.add(content(rows, position));
            different.add(content(other, position));
            assertThat(content(same, position)).isEqualTo(content(rows, position));
        }
        assertThat(different).hasSize(6);
        assertThat(IntStream.of(0, 1, 4, 6, 7).mapToObj(p -> content(rows, p)))
                .allMatch(content -> !content.hasRemaining());
    }

    private static ByteBuffer content(PatchRows rows, int position) {
        ByteBuffer content = ByteBuffer.allocate(PatchRows.CONTENT_BYTES);
        rows.writeContent(position, content);
        return content.flip();
    }
}
