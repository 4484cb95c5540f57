package dev.altiplano.model;

import dev.altiplano.kernels.Worker;

/**
 * What a recording wants to know of a step. Off, each call is a look at a flag.
 *
 * <p>Times are those of worker 0: it takes part in every step, and waits for the others.
 */
final class StepTrace {
    private final StringBuilder experts = new StringBuilder();
    private boolean on;
    private int workers;
    private int expertsRead;
    private long expertBytes;
    private long last;
    private long attention;
    private long feedForward;
    private long head;

    /** Before a step. */
    void begin(boolean on) {
        this.on = on;
        experts.setLength(0);
        workers = 0;
        expertsRead = 0;
        expertBytes = 0;
        attention = 0;
        feedForward = 0;
        head = 0;
    }

    /** Before the first layer. */
    void starts(Worker worker) {
        if (isTimed(worker)) {
            workers = worker.count();
            last = System.nanoTime();
        }
    }

    /** After the attention of a layer. */
    void attended(Worker worker) {
        if (isTimed(worker)) {
            attention += sinceLast();
        }
    }

    /** After the feed-forward part of a layer. */
    void fedForward(Worker worker) {
        if (isTimed(worker)) {
            feedForward += sinceLast();
        }
    }

    /** After the logits. */
    void headed(Worker worker) {
        if (isTimed(worker)) {
            head += sinceLast();
        }
    }

    private boolean isTimed(Worker worker) {
        return on && worker.index() == 0;
    }

    private long sinceLast() {
        long now = System.nanoTime();
        long took = now - last;
        last = now;
        return took;
    }

    /** After the experts of a layer are chosen, on the worker that chose. */
    void chose(Routing routing, Expert expert) {
        if (!on) {
            return;
        }
        expertsRead += routing.groups();
        expertBytes += routing.groups() * expert.bytes();
        if (routing.assignments() == routing.choices()) { // one token
            experts.append(experts.isEmpty() ? "" : " ");
            for (int g = 0; g < routing.groups(); g++) {
                experts.append(g == 0 ? "" : ",").append(routing.expert(g));
            }
        }
    }

    int workers() {
        return workers;
    }

    /** For example {@code 3 0 5}, or {@code 3,7 0,1 2,5} for two experts a token. */
    String experts() {
        return experts.toString();
    }

    int expertsRead() {
        return expertsRead;
    }

    long expertBytes() {
        return expertBytes;
    }

    long attentionNanos() {
        return attention;
    }

    long feedForwardNanos() {
        return feedForward;
    }

    long headNanos() {
        return head;
    }
}
