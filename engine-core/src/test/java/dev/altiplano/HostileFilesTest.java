package dev.altiplano;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import com.sun.management.ThreadMXBean;

import dev.altiplano.loader.CheckpointException;
import dev.altiplano.loader.TemplateException;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files around the weights, spoiled: each folder answers a chat or ends in one clear exception.
 *
 * <p>Spoiled weights, headers and configurations are the loader's {@code HostileFoldersTest}.
 */
class HostileFilesTest {
    private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private static final long MOST_BYTES = 64 << 20;
    private static final long MOST_NANOS = 1_000_000_000;

    @TempDir static Path folder;

    @BeforeAll
    static void copy() throws IOException {
        try (Stream<Path> files = Files.list(Demo.FOLDER)) {
            for (Path file : files.toList()) {
                Files.copy(file, folder.resolve(file.getFileName()));
            }
        }
        chat(); // loads what every run needs, so that the runs measure their own bytes
    }

    @Test
    void theSoundFolderAnswers() {
        assertThat(chat()).isEqualTo("answered");
    }

    @Test
    void spoiledFilesEndInOneClearException() throws IOException {
        long seed = Long.getLong("altiplano.seed", 20261124);
        Random random = new Random(seed);
        int refused = 0;
        for (String name :
                List.of(
                        "tokenizer.json",
                        "tokenizer_config.json",
                        "special_tokens_map.json",
                        "generation_config.json",
                        "chat_template.jinja")) {
            Path file = folder.resolve(name);
            byte[] sound = Files.readAllBytes(file);
            for (byte[] spoiled : spoil(sound, random)) {
                Files.write(file, spoiled);
                if (!answer("%s, seed %d".formatted(name, seed)).equals("answered")) {
                    refused++;
                }
            }
            Files.write(file, sound);
        }

        assertThat(refused).isGreaterThan(60); // the other spoils left a file that means something
    }

    private static List<byte[]> spoil(byte[] sound, Random random) {
        List<byte[]> all = new ArrayList<>();
        all.add(new byte[0]);
        all.add(new byte[] {(byte) 0xff, (byte) 0xfe, 0});
        all.add("null".getBytes(StandardCharsets.UTF_8));
        all.add("[".repeat(100_000).getBytes(StandardCharsets.UTF_8));
        all.add("{\"a\":".repeat(50_000).getBytes(StandardCharsets.UTF_8));
        all.add("{{ ".repeat(20_000).getBytes(StandardCharsets.UTF_8));
        all.add(
                "{% for a in range(99999999999) %}{{ 'x' * 999999999 }}{% endfor %}"
                        .getBytes(StandardCharsets.UTF_8));
        for (int i = 0; i < 8; i++) {
            all.add(Arrays.copyOf(sound, random.nextInt(sound.length)));
        }
        for (int i = 0; i < 12; i++) {
            byte[] flipped = sound.clone();
            flipped[random.nextInt(flipped.length)] = (byte) random.nextInt(256);
            all.add(flipped);
        }
        String text = new String(sound, StandardCharsets.UTF_8);
        for (String[] swap :
                new String[][] {
                    {":", ": :"},
                    {"{", "{\"a\": 1, \"a\": 2, "},
                    {"0", "-1"},
                    {"9", "99999999999999999999"},
                    {"true", "\"yes\""},
                    {"message", "missing"},
                    {"\"content\"", "17"},
                    {"[", "[["}
                }) {
            all.add(
                    text.replaceFirst(Pattern.quote(swap[0]), Matcher.quoteReplacement(swap[1]))
                            .getBytes(StandardCharsets.UTF_8));
        }
        return all;
    }

    /** Runs one chat within its bounds of time and memory. */
    private static String answer(String what) {
        long bytes = THREADS.getCurrentThreadAllocatedBytes();
        long nanos = THREADS.getCurrentThreadCpuTime();
        String outcome = chat();
        assertThat(THREADS.getCurrentThreadAllocatedBytes() - bytes)
                .as("bytes allocated: %s: %s", what, outcome)
                .isLessThan(MOST_BYTES);
        assertThat(THREADS.getCurrentThreadCpuTime() - nanos)
                .as("processor time: %s: %s", what, outcome)
                .isLessThan(MOST_NANOS);
        return outcome;
    }

    private static String chat() {
        List<Message> messages = List.of(Message.user("Hi!"));
        try (Llama4Model model = Llama4Model.open(folder, ModelOptions.defaults().threads(1))) {
            // all of a chat but the arithmetic, which reads none of these files
            int[] ids = model.encoder().chat(messages, Map.of()).ids();
            model.plan(ids.length, GenerationRequest.chat(messages));
            model.tokenizer().orElseThrow().decode(ids);
            return "answered";
        } catch (CheckpointException | TemplateException | IllegalArgumentException e) {
            assertThat(e.getMessage()).isNotBlank().doesNotContain("\n");
            return String.valueOf(e.getMessage());
        } catch (RuntimeException | Error e) {
            return fail("not a clear exception", e);
        }
    }
}
