package dev.altiplano.model;

/** Rows that stand in for the embeddings of some tokens: the features of pictures. */
public interface EmbeddingSource {
    /**
     * Writes the row of a position, if there is one. Called by several threads at once.
     *
     * @param position of the token in its sequence
     * @param out receives {@code [hidden]} from {@code at} on
     * @return false when the token's own embedding is to be used
     */
    boolean copy(int position, float[] out, int at);
}
