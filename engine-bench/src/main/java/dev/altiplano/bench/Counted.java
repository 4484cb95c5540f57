package dev.altiplano.bench;

import dev.altiplano.kernels.Matrix;

/** What is counted of the weights that a token meets. */
enum Counted {
    /** Bytes that are read: codes and their scales. */
    BYTES {
        @Override
        long of(Matrix weights) {
            return weights.bytes();
        }

        @Override
        long ofRow(Matrix table) {
            return of(table) / table.outputs();
        }
    },
    /** Floating-point operations of linear maps; what norms and biases take is a thousandth. */
    OPERATIONS {
        @Override
        long of(Matrix weights) {
            boolean vector = weights.outputs() == 1;
            return vector ? 0 : 2L * weights.outputs() * weights.inputs();
        }

        @Override
        long ofRow(Matrix table) {
            return 0;
        }
    };

    /** Of a linear map, or of a vector: a matrix with one output. */
    abstract long of(Matrix weights);

    /** Of one row of a table, which is copied. */
    abstract long ofRow(Matrix table);
}
