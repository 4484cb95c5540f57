package dev.altiplano.model;

import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;
import dev.altiplano.loader.DenseWeights;
import dev.altiplano.loader.GateUp;

/**
 * The matrices of one SwiGLU block of width {@code F}; the callers await between the operations.
 */
record Expert(GateUp gateUp, Matrix down) {
    static Expert of(DenseWeights weights) {
        return new Expert(weights.gateUp(), weights.down());
    }

    /** What its weights take. */
    long bytes() {
        return WeightBytes.of(gateUp) + WeightBytes.of(down);
    }

    /** {@code wide [n, 2 F] = W_gate z | W_up z}; {@code z [n, hidden]} is packed. */
    void widen(Rows z, Rows wide, Worker worker) {
        switch (gateUp) {
            case GateUp.Fused(Matrix both) -> Linear.multiply(worker, both, z, wide);
            case GateUp.Split(Matrix gate, Matrix up) -> {
                Linear.multiply(worker, gate, z, wide, 0);
                Linear.multiply(worker, up, z, wide, gate.outputs());
            }
        }
    }

    /** {@code out [n, hidden] = W_down activated}; {@code activated [n, F]} is packed. */
    void narrow(Rows activated, Rows out, Worker worker) {
        Linear.multiply(worker, down, activated, out);
    }
}
