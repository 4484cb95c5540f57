package dev.altiplano.generate;

import dev.altiplano.kernels.Rows;
import dev.altiplano.model.EmbeddingSource;

import org.jspecify.annotations.Nullable;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * Which features stand in for which tokens of a sequence. Features themselves are held while a
 * block needs them; where pictures stand is known as long as the tokens exist, because tokens may
 * be read again.
 */
final class PatchRows implements EmbeddingSource {
    /** Bytes that {@link #writeContent} writes at most. */
    static final int CONTENT_BYTES = Integer.BYTES + 32;

    private final List<Picture> pictures = new ArrayList<>(); // in the order of their positions

    private static final class Picture {
        private final int[] positions;
        private final FeatureSource source;
        private @Nullable Rows features;

        Picture(int[] positions, FeatureSource source) {
            this.positions = positions;
            this.source = source;
        }

        int first() {
            return positions[0];
        }

        int last() {
            return positions[positions.length - 1];
        }

        /** Which of its features stands at a position; below 0 for none. */
        int row(int position) {
            return position < first() || position > last()
                    ? -1
                    : Arrays.binarySearch(positions, position);
        }

        PatchPositions described() {
            return new PatchPositions(Arrays.stream(positions).boxed().toList(), source.digest());
        }

        /** Without the positions from {@code end} on. */
        Picture before(int end) {
            int count = Arrays.binarySearch(positions, end);
            return new Picture(Arrays.copyOf(positions, count < 0 ? -1 - count : count), source);
        }
    }

    /** The same pictures for a sequence that goes its own way. */
    PatchRows copy() {
        PatchRows copy = new PatchRows();
        pictures.forEach(picture -> copy.add(picture.positions, picture.source));
        return copy;
    }

    void add(int[] positions, FeatureSource source) {
        pictures.add(new Picture(positions, source));
    }

    /**
     * Makes the features of every picture that has a token in a block, and lets go of the others.
     *
     * @return whether there is one
     */
    boolean load(int from, int count, @Nullable BooleanSupplier cancel) {
        boolean any = false;
        for (Picture picture : pictures) {
            if (picture.first() < from + count && picture.last() >= from) {
                if (picture.features == null) {
                    picture.features = picture.source.features(cancel);
                }
                any = true;
            } else {
                picture.features = null;
            }
        }
        return any;
    }

    @Override
    public boolean copy(int position, float[] out, int at) {
        for (Picture picture : pictures) {
            Rows features = picture.features;
            int row = features == null ? -1 : picture.row(position);
            if (features != null && row >= 0) {
                System.arraycopy(features.data(), features.offset(row), out, at, features.width());
                return true;
            }
        }
        return false;
    }

    /** Writes what tells a patch token's content from that of others; nothing for other tokens. */
    void writeContent(int position, ByteBuffer out) {
        for (Picture picture : pictures) {
            int row = picture.row(position);
            if (row >= 0) {
                out.putInt(row);
                out.put(HexFormat.of().parseHex(picture.source.digest()));
                return;
            }
        }
    }

    /** Where the pictures stand. */
    List<PatchPositions> positions() {
        return pictures.stream().map(picture -> picture.described()).toList();
    }

    /** Forgets what stands from a position on. */
    void dropFrom(int position) {
        pictures.removeIf(picture -> picture.first() >= position);
        pictures.replaceAll(
                picture -> picture.last() < position ? picture : picture.before(position));
    }
}
