/** Runs Llama 4: the public API is the package {@code dev.altiplano}. */
module dev.altiplano {
    requires transitive dev.altiplano.loader;
    requires transitive java.desktop; // BufferedImage
    requires com.twelvemonkeys.imageio.webp;
    requires org.slf4j;
    requires java.management;
    requires jdk.management;
    requires static jdk.jfr; // absent in a small runtime image: then nothing is recorded
    requires static transitive org.jspecify;

    exports dev.altiplano;
}
