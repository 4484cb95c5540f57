/** Measures speed. */
module dev.altiplano.bench {
    requires transitive dev.altiplano;
    requires java.desktop;
    requires java.management;
    requires static jdk.incubator
            .vector; // absent without --add-modules: then limits are measured with scalar loops
    requires jdk.management;
    requires static org.jspecify;

    exports dev.altiplano.bench;
    exports dev.altiplano.bench.synthetic;
}
