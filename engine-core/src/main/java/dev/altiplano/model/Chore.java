package dev.altiplano.model;

import dev.altiplano.kernels.Workers.Region;

/** Work for the model's team of threads that is no step. */
final class Chore extends Waiter {
    private final Region region;

    Chore(Region region) {
        this.region = region;
    }

    Region region() {
        return region;
    }

    @Override
    boolean shares() {
        return false;
    }
}
