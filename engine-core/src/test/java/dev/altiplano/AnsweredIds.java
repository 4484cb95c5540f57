package dev.altiplano;

import java.nio.file.Path;

/** Prints whether there is a flight recorder, and the ids of a short answer. */
final class AnsweredIds {
    private AnsweredIds() {}

    public static void main(String[] args) {
        System.out.println("recorder: " + ModuleLayer.boot().findModule("jdk.jfr").isPresent());
        try (Llama4Model model = Llama4Model.open(Path.of(args[0]))) {
            GenerationRequest request =
                    GenerationRequest.tokens(1, 2, 3).maxTokens(20).sampling(Sampling.greedy());
            System.out.println("ids: " + model.generate(request).tokens());
        }
    }
}
