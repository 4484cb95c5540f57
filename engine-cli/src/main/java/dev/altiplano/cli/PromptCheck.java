package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.GenerationRequest;
import dev.altiplano.Image;
import dev.altiplano.Llama4Model;
import dev.altiplano.Message;
import dev.altiplano.Sampling;
import dev.altiplano.Session;
import dev.altiplano.TraceConsumer;
import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.Checkpoint;
import dev.altiplano.loader.LayerKind;
import dev.altiplano.loader.SafetensorsFile;
import dev.altiplano.loader.StoredTensor;
import dev.altiplano.loader.TokenizerFolder;

import org.jspecify.annotations.Nullable;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares everything that is recorded of one prompt with what the engine computes. */
final class PromptCheck {
    private final Llama4Model model;
    private final TokenizerFolder texts;
    private final Recorded recorded;
    private final Path folder;

    /** What was found out about the weights; told with the first prompt. */
    private Findings weights;

    PromptCheck(Llama4Model model, Path folder, Recorded recorded, Findings weights) {
        this.model = model;
        this.folder = folder;
        this.weights = weights;
        this.texts = new TokenizerFolder(folder);
        this.recorded = recorded;
    }

    /** Checks one prompt; whatever goes wrong fails this prompt only. */
    Findings.Verdict run(Expected.Prompt prompt) {
        Findings findings = new Findings();
        try {
            int[] ids = recorded.ids(prompt.number());
            findings.fact(ids.length + " tokens");
            findings.add(weights);
            weights = new Findings();
            pictures(prompt, ids, findings);
            text(prompt, ids, findings);
            numbers(prompt, ids, findings);
            greedy(prompt, ids, findings);
        } catch (RuntimeException e) {
            findings.fault(String.valueOf(e.getMessage()));
        }
        return findings.verdict(prompt.number());
    }

    private void pictures(Expected.Prompt prompt, int[] ids, Findings findings) {
        if (!prompt.pictures().isEmpty()) {
            new PictureCheck(model, folder, recorded, prompt).run(findings);
            if (model.tokenizer().isPresent()) {
                findings.compareIds("tokens of the chat", tokens(prompt), ids);
            }
        } else if (recorded.contains("image_features." + prompt.number())) {
            findings.fault("features are recorded, but 'user_parts' names no pictures");
        }
    }

    /** The tokens of a chat with pictures, their patches expanded. */
    private int[] tokens(Expected.Prompt prompt) {
        Content[] parts =
                prompt.parts().stream()
                        .map(part ->
                                Expected.isPicture(part)
                                        ? Content.image(folder.resolve(part))
                                        : Content.text(part))
                        .toArray(Content[]::new);
        try (Session session = model.newSession()) {
            session.generate(GenerationRequest.chat(Message.user(parts)).maxTokens(0));
            return session.tokens();
        }
    }

    private List<Image> images(Expected.Prompt prompt) {
        return PictureCheck.images(prompt, folder);
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
            recorded.forEach(tensor -> check.fault(tensor).ifPresent(findings::fault));
        }
        int exact = recorded.size() - findings.faults();
        findings.fact("weights %d/%d".formatted(exact, recorded.size()));
        return findings;
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
            findings.compareText("rendered chat", template.render(variables), wanted);
        }
        if (model.tokenizer().isPresent() && prompt.pictures().isEmpty()) {
            findings.compareIds(
                    "tokens of the rendered chat",
                    model.tokenizer().get().encodeWithSpecials(wanted),
                    ids);
        }
    }

    private void numbers(Expected.Prompt prompt, int[] ids, Findings findings) {
        Optional<Difference> logits = logits(prompt, ids.length - prompt.logitsFrom());
        List<Optional<Difference>> hidden = hidden(prompt, ids.length);
        requireSomething(prompt, logits, hidden, findings);
        requireEveryLayer(prompt, hidden, findings);
        if (hidden.stream().anyMatch(Optional::isPresent)) {
            model.trace(ids, images(prompt), new Comparison(hidden, logits, prompt.logitsFrom()));
        } else if (logits.isPresent()) {
            Comparison comparison = new Comparison(List.of(), logits, prompt.logitsFrom());
            model.logits(ids, images(prompt), true, comparison::logits);
        }
        findings.report("hidden", hidden.stream().flatMap(Optional::stream).toList());
        findings.report("logits", logits.stream().toList());
    }

    private static void requireSomething(
            Expected.Prompt prompt,
            Optional<Difference> logits,
            List<Optional<Difference>> hidden,
            Findings findings) {
        if (logits.isEmpty()
                && hidden.stream().allMatch(Optional::isEmpty)
                && prompt.greedy().isEmpty()) {
            findings.fault(
                    "nothing is recorded, neither hidden states nor logits nor greedy tokens");
        }
    }

    /** Where one layer is recorded, all are: a lost one must not pass for a right one. */
    private static void requireEveryLayer(
            Expected.Prompt prompt, List<Optional<Difference>> hidden, Findings findings) {
        int missing = hidden.indexOf(Optional.<Difference>empty());
        if (missing >= 0 && hidden.stream().anyMatch(Optional::isPresent)) {
            findings.fault(
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

    private Optional<Difference> logits(Expected.Prompt prompt, int rows) {
        return recorded.difference(
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
            all.add(recorded.difference(what, name, rows, model.config().hiddenSize()));
        }
        return all;
    }

    private void greedy(Expected.Prompt prompt, int[] ids, Findings findings) {
        List<Integer> wanted = prompt.greedy();
        if (wanted.isEmpty()) {
            return;
        }
        GenerationRequest request =
                GenerationRequest.tokens(ids)
                        .images(images(prompt).toArray(Image[]::new))
                        .maxTokens(wanted.size())
                        .sampling(Sampling.greedy().repetitionPenalty(1))
                        .ignoreStopTokens();
        List<Integer> got = model.generate(request).tokens();
        int equal = 0;
        while (equal < Math.min(got.size(), wanted.size())
                && got.get(equal).equals(wanted.get(equal))) {
            equal++;
        }
        findings.fact("greedy %d/%d".formatted(equal, wanted.size()));
        findings.compareIds("greedy tokens", array(got), array(wanted));
    }

    private static int[] array(List<Integer> ids) {
        return ids.stream().mapToInt(Integer::intValue).toArray();
    }
}
