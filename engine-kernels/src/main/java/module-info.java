/** Arithmetic on off-heap weights and float rows. Knows no model. */
module dev.altiplano.kernels {
    requires static jdk.incubator
            .vector; // absent without --add-modules: then the scalar kernels run
    requires static transitive org.jspecify;

    exports dev.altiplano.kernels;
    exports dev.altiplano.kernels.quantise;
}
