/** Measures speed. */
module dev.altiplano.bench {
    requires transitive dev.altiplano;
    requires java.management;
    requires jdk.management;
    requires static org.jspecify;

    exports dev.altiplano.bench;
    exports dev.altiplano.bench.synthetic;
}
