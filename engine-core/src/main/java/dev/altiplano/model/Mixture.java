package dev.altiplano.model;

import dev.altiplano.kernels.Linear;
import dev.altiplano.kernels.Matrix;
import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.SwiGlu;
import dev.altiplano.kernels.Worker;

import java.util.List;

/**
 * The experts chosen by the router, plus the expert that every token shares.
 *
 * <p>Source: {@code Llama4TextMoe.forward} in Hugging Face transformers. Tokens are grouped by
 * expert first, so that an expert's weights are read once per block; routed and shared experts run
 * side by side.
 */
record Mixture(Matrix router, List<Expert> experts, Expert shared) implements FeedForward {
    @Override
    public void addTo(Rows x, Rows normed, Step step, Worker worker) {
        Routing routing = step.routing();
        worker.await(step.count());
        Linear.pack(worker, normed);
        worker.await();
        Linear.multiply(worker, router, normed, routing.logits);
        worker.await(1);
        for (int i; (i = worker.next(1)) >= 0; ) {
            routing.choose();
            step.trace().chose(routing, experts.getFirst());
        }
        worker.await(routing.assignments());
        routing.gather(normed, worker);
        worker.await(routing.assignments());
        widen(normed, step, worker);
        narrow(step, worker);
        worker.await(step.count());
        routing.addTo(x, step.sharedDelta, worker);
    }

    private void widen(Rows normed, Step step, Worker worker) {
        Routing routing = step.routing();
        for (int g = 0; g < routing.groups(); g++) {
            Linear.pack(worker, routing.input(g));
        }
        worker.await();
        for (int g = 0; g < routing.groups(); g++) {
            experts.get(routing.expert(g)).widen(routing.input(g), routing.wide(g), worker);
        }
        shared.widen(normed, step.sharedWide, worker);
        worker.await(step.pieces(step.sharedActivated.width() * (1 + routing.choices())));
        for (int g = 0; g < routing.groups(); g++) {
            SwiGlu.apply(worker, routing.wide(g), routing.activated(g));
        }
        SwiGlu.apply(worker, step.sharedWide, step.sharedActivated);
        worker.await(routing.assignments());
    }

    private void narrow(Step step, Worker worker) {
        Routing routing = step.routing();
        for (int g = 0; g < routing.groups(); g++) {
            Linear.pack(worker, routing.activated(g));
        }
        Linear.pack(worker, step.sharedActivated);
        worker.await();
        for (int g = 0; g < routing.groups(); g++) {
            experts.get(routing.expert(g)).narrow(routing.activated(g), routing.output(g), worker);
        }
        shared.narrow(step.sharedActivated, step.sharedDelta, worker);
    }
}
