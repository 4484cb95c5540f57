package dev.altiplano;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Cuts a shard short while an answer is being made; a program of its own, because it may crash. */
final class ShortenedShard {
    private ShortenedShard() {}

    /**
     * Runs in a JVM of its own.
     *
     * @param args the folder, whose second shard is cut, and how often to answer before
     */
    public static void main(String[] args) throws IOException {
        Path folder = Path.of(args[0]);
        try (Llama4Model model = Llama4Model.open(folder, ModelOptions.defaults().threads(2))) {
            GenerationRequest request =
                    GenerationRequest.tokens(960, 1, 2, 3)
                            .maxTokens(60)
                            .ignoreStopTokens()
                            .sampling(Sampling.greedy());
            for (int i = 0; i < Integer.parseInt(args[1]); i++) {
                model.generate(request);
            }
            try (TokenStream stream = model.stream(request)) {
                for (GenerationEvent event : stream) {
                    if (event instanceof GenerationEvent.Token) {
                        cut(folder.resolve("model-00002-of-00002.safetensors"));
                    }
                }
                System.out.println("answered");
            } catch (RuntimeException e) {
                System.out.println(e.getClass().getSimpleName() + ": " + e.getMessage());
            }
        }
    }

    private static void cut(Path shard) throws IOException {
        try (FileChannel channel = FileChannel.open(shard, StandardOpenOption.WRITE)) {
            channel.truncate(100_000);
        }
    }
}
