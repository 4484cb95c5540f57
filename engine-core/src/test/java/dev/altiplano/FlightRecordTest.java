package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;

import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.StoredTensor;

import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;

class FlightRecordTest {
    @TempDir Path folder;

    @Test
    void openingShows() throws IOException {
        List<RecordedEvent> events =
                recorded("altiplano.Load", () -> Llama4Model.open(Demo.FOLDER).close());

        assertThat(events).hasSize(1);
        RecordedEvent load = events.getFirst();
        assertThat(load.getString("folder")).isEqualTo(Demo.FOLDER.toString());
        assertThat(load.getInt("layers")).isEqualTo(8);
        assertThat(load.getLong("weightBytes")).isEqualTo(2 * 5_380_224); // BF16
        assertThat(load.getDuration()).isPositive();
    }

    @Test
    void blocksOfAPromptShow() throws IOException {
        ModelOptions options = ModelOptions.defaults().blockSize(64);
        List<RecordedEvent> events =
                recorded(
                        "altiplano.Prefill",
                        () -> answer(Demo.FOLDER, options, new int[150], 1)); // 64, 64, 22

        assertThat(events).extracting(e -> e.getInt("position")).containsExactly(0, 64, 128);
        assertThat(events).extracting(e -> e.getInt("tokens")).containsExactly(64, 64, 22);
        assertThat(events).allSatisfy(e -> assertThat(e.getInt("workers")).isPositive());
        assertThat(events).extracting(e -> e.getString("experts")).containsOnly("");
    }

    @ParameterizedTest
    @CsvSource({"1, true", "2, false"})
    void eachTokenShowsItsExpertsAndWhatItRead(int expertsPerToken, boolean scout)
            throws IOException {
        Path model = FormulaCheckpoint.write(folder, expertsPerToken, scout);
        List<RecordedEvent> events =
                recorded(
                        "altiplano.Decode",
                        () -> answer(model, ModelOptions.defaults(), new int[] {1}, 7));

        assertThat(events)
                .extracting(e -> e.getInt("position"))
                .containsExactly(0, 1, 2, 3, 4, 5, 6);
        for (RecordedEvent event : events) {
            String[] layers = event.getString("experts").split(" ");
            assertThat(layers).hasSize(4).allMatch(l -> l.split(",").length == expertsPerToken);
            assertThat(event.getInt("expertsRead")).isEqualTo(4 * expertsPerToken);
            assertThat(Arrays.stream(layers).flatMap(l -> Arrays.stream(l.split(","))))
                    .allSatisfy(e -> assertThat(Integer.parseInt(e)).isBetween(0, 5));
            assertThat(event.getLong("weightBytes"))
                    .isEqualTo(bytesReadForAToken(model, expertsPerToken));
            Duration parts =
                    event.getDuration("attentionTime")
                            .plus(event.getDuration("feedForwardTime"))
                            .plus(event.getDuration("headTime"));
            assertThat(parts).isPositive().isLessThan(event.getDuration());
        }
        // 2 layers see everything, 6 a chunk of 4; of 2 heads, 8 floats of keys and 16 of values
        assertThat(events)
                .extracting(e -> e.getLong("keyValueBytes") / (2 * (8 + 16) * 4))
                .containsExactly(8L, 16L, 24L, 32L, 2 * 5 + 6 * 1L, 2 * 6 + 6 * 2L, 2 * 7 + 6 * 3L);
    }

    /** By the names of the tensors: of six experts those that were chosen, one row of the ids. */
    private static long bytesReadForAToken(Path model, int expertsPerToken) {
        long bytes = 0;
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            for (StoredTensor tensor : checkpoint.tensors()) {
                bytes +=
                        tensor.name().contains(".experts.")
                                ? tensor.bytes() / 6 * expertsPerToken
                                : tensor.name().contains("embed_tokens")
                                        ? tensor.bytes() / 97
                                        : tensor.bytes();
            }
        }
        return bytes;
    }

    @Test
    void cliffsShow() throws IOException {
        int threads = Runtime.getRuntime().availableProcessors() + 1;
        List<RecordedEvent> events =
                recorded(
                        "altiplano.Cliff",
                        () ->
                                Llama4Model.open(
                                                Demo.FOLDER,
                                                ModelOptions.defaults().threads(threads))
                                        .close());

        assertThat(events)
                .anySatisfy(cliff -> {
                    assertThat(cliff.getString("cliff")).isEqualTo("MORE_THREADS_THAN_PROCESSORS");
                    assertThat(cliff.getString("found")).startsWith(threads + " threads");
                    assertThat(cliff.getString("remedy")).startsWith("ask for as many threads");
                });
    }

    @Test
    void aRuntimeImageWithoutRecorderAnswersTheSame() throws Exception {
        String with = new Fork(Fork.VECTORS).run(AnsweredIds.class, Demo.FOLDER.toString());
        String without =
                new Fork(
                                Fork.VECTORS,
                                "--limit-modules=java.management,jdk.management,jdk.incubator.vector")
                        .run(AnsweredIds.class, Demo.FOLDER.toString());

        String afterColon = with.substring(with.lastIndexOf(':'));

        assertThat(with).startsWith("recorder: true");
        assertThat(without).startsWith("recorder: false").endsWith(afterColon);
    }

    private static void answer(Path model, ModelOptions options, int[] prompt, int tokens) {
        try (Llama4Model opened = Llama4Model.open(model, options)) {
            opened.generate(GenerationRequest.tokens(prompt).maxTokens(tokens).ignoreStopTokens());
        }
    }

    private List<RecordedEvent> recorded(String event, Runnable work) throws IOException {
        Path file = folder.resolve("recording.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(event);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return RecordingFile.readAllEvents(file).stream()
                .filter(e -> e.getEventType().getName().equals(event))
                .toList();
    }
}
