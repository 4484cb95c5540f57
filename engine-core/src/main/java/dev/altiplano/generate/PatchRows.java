package dev.altiplano.generate;

import dev.altiplano.kernels.Rows;
import dev.altiplano.model.EmbeddingSource;

import org.jspecify.annotations.Nullable;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/** Which features stand in for which tokens of a sequence, as long as these have not been read. */
final class PatchRows implements EmbeddingSource {
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
    }

    void add(int[] positions, FeatureSource source) {
        pictures.add(new Picture(positions, source));
    }

    /**
     * Computes the features of every picture that has a token in a block.
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
            }
        }
        return any;
    }

    @Override
    public boolean copy(int position, float[] out, int at) {
        for (Picture picture : pictures) {
            Rows features = picture.features;
            if (features != null && position >= picture.first() && position <= picture.last()) {
                int row = Arrays.binarySearch(picture.positions, position);
                if (row >= 0) {
                    int from = features.offset(row);
                    System.arraycopy(features.data(), from, out, at, features.width());
                    return true;
                }
            }
        }
        return false;
    }

    /** Forgets pictures whose tokens have all been read. */
    void forgetBefore(int position) {
        pictures.removeIf(picture -> picture.last() < position);
    }

    /** Forgets pictures of tokens that were dropped. */
    void dropFrom(int position) {
        pictures.removeIf(picture -> picture.last() >= position);
    }
}
