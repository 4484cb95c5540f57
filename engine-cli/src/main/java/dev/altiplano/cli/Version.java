package dev.altiplano.cli;

import picocli.CommandLine.IVersionProvider;

import java.io.IOException;
import java.io.InputStream;
import java.lang.module.ModuleDescriptor;
import java.util.Optional;
import java.util.Properties;

/** Which version this is. */
final class Version implements IVersionProvider {
    private static final String OF_JAR = "/META-INF/maven/dev.altiplano/engine-cli/pom.properties";

    @Override
    public String[] getVersion() throws IOException {
        Optional<String> ofModule =
                Optional.ofNullable(Version.class.getModule().getDescriptor())
                        .flatMap(ModuleDescriptor::rawVersion);
        String version = ofModule.isPresent() ? ofModule.get() : ofJar();
        return new String[] {
            "altiplano " + version,
            "Java %s, %s".formatted(Runtime.version(), System.getProperty("os.arch"))
        };
    }

    private static String ofJar() throws IOException {
        Properties properties = new Properties();
        try (InputStream in = Version.class.getResourceAsStream(OF_JAR)) {
            if (in != null) {
                properties.load(in);
            }
        }
        return properties.getProperty("version", "(development)");
    }
}
