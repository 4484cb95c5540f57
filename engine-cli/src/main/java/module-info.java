/** The {@code altiplano} command. */
module dev.altiplano.cli {
    requires dev.altiplano;
    requires dev.altiplano.bench;
    requires info.picocli;
    requires jdk.unsupported; // signals
    requires tools.jackson.databind;
    requires static org.jspecify;

    opens dev.altiplano.cli to
            info.picocli;
}
