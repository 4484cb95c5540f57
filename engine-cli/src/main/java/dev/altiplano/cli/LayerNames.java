package dev.altiplano.cli;

import dev.altiplano.loader.LayerKind;

/** Layers in words. */
final class LayerNames {
    private LayerNames() {}

    /** For example {@code chunked attention, experts}. */
    static String of(LayerKind kind) {
        String attention = kind.chunked() ? "chunked attention" : "full attention";
        if (kind.chunked() != kind.rotary()) { // in Llama 4 as published it is one and the same
            attention += kind.rotary() ? " with positions" : " without positions";
        }
        return attention + (kind.mixture() ? ", experts" : ", dense");
    }
}
