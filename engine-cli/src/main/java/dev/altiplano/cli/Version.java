package dev.altiplano.cli;

import picocli.CommandLine.IVersionProvider;

import java.lang.module.ModuleDescriptor;
import java.util.Optional;

/** Which version this is. */
final class Version implements IVersionProvider {
    @Override
    public String[] getVersion() {
        Optional<String> module =
                Optional.ofNullable(Version.class.getModule().getDescriptor())
                        .flatMap(ModuleDescriptor::rawVersion);
        String version =
                module.or(() ->
                                Optional.ofNullable(
                                        Version.class.getPackage().getImplementationVersion()))
                        .orElse("(development)");
        return new String[] {
            "altiplano " + version,
            "Java " + Runtime.version() + ", " + System.getProperty("os.arch")
        };
    }
}
