package dev.altiplano;

import dev.altiplano.loader.Checkpoint;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Prints the cliffs that a JVM with this folder and number of threads has, one a line. */
final class PerformanceReport {
    private PerformanceReport() {}

    public static void main(String[] args) {
        ModelOptions options = ModelOptions.defaults().threads(Integer.parseInt(args[1]));
        try (Checkpoint checkpoint = Checkpoint.open(Path.of(args[0]))) {
            List<PerformanceFinding> found =
                    new ArrayList<>(PerformanceCheck.settings(checkpoint, options));
            found.addAll(PerformanceCheck.kernels(checkpoint, options));
            found.forEach(finding -> System.out.println(finding.cliff() + " " + finding.found()));
        }
    }
}
