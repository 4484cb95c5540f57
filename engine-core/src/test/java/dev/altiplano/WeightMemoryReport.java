package dev.altiplano;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Opens a model whose weights are to be locked, and prints what came of it. */
final class WeightMemoryReport {
    private WeightMemoryReport() {}

    /** Takes the folder and whether the system is asked at all. */
    public static void main(String[] args) throws IOException {
        boolean wanted = Boolean.parseBoolean(args[1]);
        ModelOptions options = ModelOptions.defaults().adviseSystem(wanted).lockWeights(wanted);
        try (Llama4Model model = Llama4Model.open(Path.of(args[0]), options)) {
            for (PerformanceFinding finding : model.performanceFindings()) {
                System.out.println(finding.cliff() + " " + finding.found());
            }
            System.out.println("locked kB: " + lockedKibibytes());
            GenerationRequest request =
                    GenerationRequest.tokens(1, 2, 3).maxTokens(20).sampling(Sampling.greedy());
            System.out.println("ids: " + model.generate(request).tokens());
        }
    }

    private static String lockedKibibytes() throws IOException {
        Path status = Path.of("/proc/self/status");
        List<String> lines = Files.exists(status) ? Files.readAllLines(status) : List.of();
        return lines.stream()
                .filter(line -> line.startsWith("VmLck:"))
                .map(line -> line.replaceAll("[^0-9]", ""))
                .findFirst()
                .orElse("0");
    }
}
