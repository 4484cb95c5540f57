package dev.altiplano.loader.internal.copy;

import dev.altiplano.kernels.Matrix;

/**
 * One linear map of the text model under the name that it has in the copy. The two halves of a
 * fused matrix are two of them.
 *
 * @param name without {@code .weight}
 * @param matrix that holds it
 * @param first output of {@code matrix} that belongs to it
 * @param outputs how many do
 */
record Linear(String name, Role role, Matrix matrix, int first, int outputs) {
    /** What a linear map is for. */
    enum Role {
        EMBEDDING,
        ROUTER,
        ATTENTION,
        FEED_FORWARD,
        HEAD
    }

    /** All of a matrix. */
    static Linear of(String name, Role role, Matrix matrix) {
        return new Linear(name, role, matrix, 0, matrix.outputs());
    }

    int inputs() {
        return matrix.inputs();
    }

    long weights() {
        return (long) outputs * inputs();
    }
}
