package dev.altiplano.model;

import dev.altiplano.kernels.Elementwise;
import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SwiGlu;
import dev.altiplano.kernels.Worker;

/** A feed-forward block that every token passes: {@code W_down (silu(W_gate z) ⊙ W_up z)}. */
record Dense(Expert expert) implements FeedForward {
    @Override
    public void addTo(Rows x, Rows normed, Step step, Worker worker) {
        worker.await(step.count());
        Linear.pack(worker, normed);
        worker.await();
        expert.widen(normed, step.wide, worker);
        worker.await(step.pieces(step.activated.width()));
        SwiGlu.apply(worker, step.wide, step.activated);
        worker.await(step.count());
        Linear.pack(worker, step.activated);
        worker.await();
        expert.narrow(step.activated, step.delta, worker);
        worker.await(step.count());
        Elementwise.add(worker, x, step.delta);
    }
}
