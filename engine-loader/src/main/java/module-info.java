/** A checkpoint folder as typed, validated views. */
module dev.altiplano.loader {
    requires transitive dev.altiplano.kernels;
    requires org.slf4j;
    requires static transitive org.jspecify;
    requires tools.jackson.core;
    requires tools.jackson.databind;

    exports dev.altiplano.loader;
}
