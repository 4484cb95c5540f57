package dev.altiplano.cli;

import dev.altiplano.GenerationRequest;
import dev.altiplano.Llama4Model;
import dev.altiplano.Sampling;
import dev.altiplano.TraceConsumer;
import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TokenizerFolder;

import org.jspecify.annotations.Nullable;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Compares everything that is recorded of one prompt with what the engine computes. */
final class PromptCheck {
    private final Llama4Model model;
    private final TokenizerFolder texts;
    private final SafetensorsFile tensors;
    private final double tolerance;

    /** What was found out about the weights; told with the first prompt. */
    private Findings weights;

    PromptCheck(
            Llama4Model model,
            Path folder,
            SafetensorsFile tensors,
            Expected expected,
            Findings weights) {
        this.model = model;
        this.weights = weights;
        this.texts = new TokenizerFolder(folder);
        this.tensors = tensors;
        this.tolerance = expected.tolerance(model.config());
    }

    /** The result in one line. */
    record Verdict(boolean passed, String line) {}

    /** What was found out about one prompt so far. */
    static final class Findings {
        private final List<String> facts = new ArrayList<>();
        private final List<String> faults = new ArrayList<>();

        void add(Findings others) {
            facts.addAll(others.facts);
            faults.addAll(others.faults);
        }

        private Verdict verdict(int number) {
            String end = faults.isEmpty() ? "passed" : "FAILED: " + String.join("; ", faults);
            String before = facts.isEmpty() ? "" : String.join(", ", facts) + ": ";
            String line = "prompt %d: %s%s".formatted(number, before, end);
            return new Verdict(faults.isEmpty(), line.replaceAll("\\s*\\R\\s*", " "));
        }
    }

    /** Checks one prompt; whatever goes wrong fails this prompt only. */
    Verdict run(Expected.Prompt prompt) {
        Findings findings = new Findings();
        try {
            if (prompt.hasPictures() || tensors.contains("image_features." + prompt.number())) {
                findings.faults.add("pictures are not supported");
            } else {
                int[] ids = ids(prompt);
                findings.facts.add(ids.length + " tokens");
                findings.add(weights);
                weights = new Findings();
                text(prompt, ids, findings);
                numbers(prompt, ids, findings);
                greedy(prompt, ids, findings);
            }
        } catch (RuntimeException e) {
            findings.faults.add(String.valueOf(e.getMessage()));
        }
        return findings.verdict(prompt.number());
    }

    /** Compares the recorded rows of dequantised weights, if there are any. */
    static Findings weights(Path folder, SafetensorsFile tensors) {
        Findings findings = new Findings();
        List<StoredTensor> recorded = DequantisedCheck.recorded(tensors);
        if (recorded.isEmpty()) {
            return findings;
        }
        try (Checkpoint checkpoint = Checkpoint.open(folder)) {
            DequantisedCheck check = new DequantisedCheck(checkpoint, tensors);
            recorded.forEach(tensor -> check.fault(tensor).ifPresent(findings.faults::add));
        }
        int exact = recorded.size() - findings.faults.size();
        findings.facts.add("weights %d/%d".formatted(exact, recorded.size()));
        return findings;
    }

    private int[] ids(Expected.Prompt prompt) {
        String name = "ids." + prompt.number();
        StoredTensor tensor = tensors.tensor(name);
        if (!tensor.dtype().equals("I32") || tensor.shape().size() != 1) {
            throw wrongTensor(tensor, "I32 [tokens]");
        }
        MemorySegment data = tensors.data(name);
        ValueLayout.OfInt layout =
                ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
        return data.toArray(layout);
    }

    private void text(Expected.Prompt prompt, int[] ids, Findings findings) {
        if (prompt.rendered().isEmpty()) {
            return;
        }
        String wanted = prompt.rendered().get();
        if (prompt.messages().isPresent()) {
            ChatTemplate template = texts.chatTemplate().orElseGet(ChatTemplate::llama4);
            Map<String, @Nullable Object> variables = ChatVariables.of(texts.tokenNames());
            variables.put("messages", prompt.messages().get());
            compareText("rendered chat", template.render(variables), wanted, findings);
        }
        model.tokenizer()
                .ifPresent(tokenizer ->
                        compareIds(
                                "tokens of the rendered chat",
                                tokenizer.encodeWithSpecials(wanted),
                                ids,
                                findings));
    }

    private static void compareText(String what, String got, String wanted, Findings findings) {
        if (!got.equals(wanted)) {
            int at = 0;
            while (at < Math.min(got.length(), wanted.length())
                    && got.charAt(at) == wanted.charAt(at)) {
                at++;
            }
            findings.faults.add("%s differs from character %d on".formatted(what, at));
        }
    }

    private static void compareIds(String what, int[] got, int[] wanted, Findings findings) {
        int at = Arrays.mismatch(got, wanted);
        if (at >= 0) {
            findings.faults.add(
                    "%s: %s at index %d, expected %s"
                            .formatted(what, idAt(got, at), at, idAt(wanted, at)));
        }
    }

    private static String idAt(int[] ids, int index) {
        return index < ids.length ? Integer.toString(ids[index]) : "the end";
    }

    private void numbers(Expected.Prompt prompt, int[] ids, Findings findings) {
        Optional<Difference> logits = logits(prompt, ids.length - prompt.logitsFrom());
        List<Optional<Difference>> hidden = hidden(prompt, ids.length);
        requireSomething(prompt, logits, hidden, findings);
        requireEveryLayer(prompt, hidden, findings);
        if (hidden.stream().anyMatch(Optional::isPresent)) {
            model.trace(ids, new Comparison(hidden, logits, prompt.logitsFrom()));
        } else if (logits.isPresent()) {
            Comparison comparison = new Comparison(List.of(), logits, prompt.logitsFrom());
            model.logits(ids, true, comparison::logits);
        }
        report("hidden", hidden.stream().flatMap(Optional::stream).toList(), findings);
        report("logits", logits.stream().toList(), findings);
    }

    private static void requireSomething(
            Expected.Prompt prompt,
            Optional<Difference> logits,
            List<Optional<Difference>> hidden,
            Findings findings) {
        if (logits.isEmpty()
                && hidden.stream().allMatch(Optional::isEmpty)
                && prompt.greedy().isEmpty()) {
            findings.faults.add(
                    "nothing is recorded, neither hidden states nor logits nor greedy tokens");
        }
    }

    /** Where one layer is recorded, all are: a lost one must not pass for a right one. */
    private static void requireEveryLayer(
            Expected.Prompt prompt, List<Optional<Difference>> hidden, Findings findings) {
        int missing = hidden.indexOf(Optional.<Difference>empty());
        if (missing >= 0 && hidden.stream().anyMatch(Optional::isPresent)) {
            findings.faults.add(
                    "tensor 'hidden.%d.%d' is missing, expected 0 (embedding) to %d (last layer)"
                            .formatted(prompt.number(), missing, hidden.size() - 1));
        }
    }

    /** Compares rows as they are computed. */
    private record Comparison(
            List<Optional<Difference>> hidden, Optional<Difference> logits, int logitsFrom)
            implements TraceConsumer {
        @Override
        public void hidden(int layer, int position, float[] row) {
            if (layer < hidden.size()) {
                hidden.get(layer).ifPresent(difference -> difference.add(position, row));
            }
        }

        @Override
        public void logits(int position, float[] row) {
            if (position >= logitsFrom) {
                logits.ifPresent(difference -> difference.add(position - logitsFrom, row));
            }
        }
    }

    private static void report(String what, List<Difference> differences, Findings findings) {
        if (differences.isEmpty()) {
            return;
        }
        double largest = 0;
        for (Difference difference : differences) {
            largest = Math.max(largest, difference.largest()); // NaN stays
        }
        findings.facts.add(String.format(Locale.ROOT, "%s %.1e", what, largest));
        differences.stream()
                .filter(difference -> !difference.isWithinTolerance())
                .findFirst()
                .ifPresent(first -> findings.faults.add(first.fault()));
    }

    private Optional<Difference> logits(Expected.Prompt prompt, int rows) {
        return difference(
                "logits", "logits." + prompt.number(), rows, model.config().vocabularySize());
    }

    /** One entry per layer, embedding first; empty where nothing is recorded. */
    private List<Optional<Difference>> hidden(Expected.Prompt prompt, int rows) {
        List<Optional<Difference>> all = new ArrayList<>();
        List<LayerKind> layers = model.config().layers();
        for (int layer = 0; layer <= layers.size(); layer++) {
            String what =
                    layer == 0
                            ? "embedding"
                            : "layer %d (%s)"
                                    .formatted(layer, LayerNames.of(layers.get(layer - 1)));
            String name = "hidden.%d.%d".formatted(prompt.number(), layer);
            all.add(difference(what, name, rows, model.config().hiddenSize()));
        }
        return all;
    }

    private Optional<Difference> difference(String what, String name, int rows, int width) {
        if (!tensors.contains(name)) {
            return Optional.empty();
        }
        StoredTensor tensor = tensors.tensor(name);
        List<Long> shape = List.of((long) rows, (long) width);
        if (!tensor.dtype().equals("F32") || !tensor.shape().equals(shape)) {
            throw wrongTensor(tensor, "F32 " + shape);
        }
        return Optional.of(new Difference(what, tensors.data(name), width, tolerance));
    }

    private static CommandException wrongTensor(StoredTensor tensor, String expected) {
        return CommandException.failed(
                "%s: tensor '%s' is %s %s, expected %s"
                        .formatted(
                                tensor.file(),
                                tensor.name(),
                                tensor.dtype(),
                                tensor.shape(),
                                expected));
    }

    private void greedy(Expected.Prompt prompt, int[] ids, Findings findings) {
        List<Integer> wanted = prompt.greedy();
        if (wanted.isEmpty()) {
            return;
        }
        GenerationRequest request =
                GenerationRequest.tokens(ids)
                        .maxTokens(wanted.size())
                        .sampling(Sampling.greedy().repetitionPenalty(1))
                        .ignoreStopTokens();
        List<Integer> got = model.generate(request).tokens();
        int equal = 0;
        while (equal < Math.min(got.size(), wanted.size())
                && got.get(equal).equals(wanted.get(equal))) {
            equal++;
        }
        findings.facts.add("greedy %d/%d".formatted(equal, wanted.size()));
        compareIds("greedy tokens", array(got), array(wanted), findings);
    }

    private static int[] array(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
