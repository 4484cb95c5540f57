package dev.altiplano.cli;

import dev.altiplano.Content;
import dev.altiplano.GenerationEvent;
import dev.altiplano.GenerationRequest;
import dev.altiplano.GenerationResult;
import dev.altiplano.Image;
import dev.altiplano.Llama4Model;
import dev.altiplano.Message;
import dev.altiplano.Timings;
import dev.altiplano.TokenStream;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;

/** Answers one prompt. */
@Command(
        name = "generate",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description = "Answers a prompt; the text appears as it is made.",
        footer = {
            "",
            "The prompt is a user's message when the folder has a chat template, and plain text"
                + " otherwise. What no option says, the folder's generation_config.json decides;"
                + " without it the most probable token is taken every time.",
            "",
            "Examples:",
            "  altiplano generate demo/stories \"Tell me a story about a fox and a kite.\"",
            "  altiplano generate demo/stories \"Once upon a time\" --raw --max-tokens 50 --seed 7",
            "  altiplano generate demo/stories --ids 960,401,644 --print-ids --temperature 0",
            "  altiplano generate Llama-4-Scout-17B-16E-Instruct \"What changed?\" --image a.png"
                    + " --image b.png"
        })
final class GenerateCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Mixin private final ModelArgument model = new ModelArgument();

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "PROMPT",
            description = "What to answer. A prompt that begins with - goes behind --.")
    private @Nullable String prompt;

    @Option(
            names = "--chat",
            description =
                    "Take the prompt as a user's message, with Llama 4's own format when the folder"
                            + " has no chat template.")
    private boolean chat;

    @Option(names = "--raw", description = "Take the prompt as plain text.")
    private boolean raw;

    @Option(
            names = "--ids",
            paramLabel = "IDS",
            description =
                    "Go on from these token ids, like 1,2,3, instead of a prompt; nothing is added"
                            + " to them.")
    private @Nullable String ids;

    @Mixin private final ImageOptions images = new ImageOptions();

    @Mixin private final SamplingOptions sampling = new SamplingOptions();

    @Option(
            names = "--print-ids",
            description =
                    "Print the ids of the answer's tokens instead of its text. With --ids, no"
                            + " tokenizer is needed.")
    private boolean printIds;

    @Option(
            names = "--json",
            description = "Print one JSON object: text, ids, finish reason, counts, seed, timings.")
    private boolean json;

    GenerateCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        check();
        int[] fromIds = ids == null ? null : TokenIds.ofOption(ids);
        try (Llama4Model opened = model.open()) {
            requireTokenizer(opened);
            images.requireTower(opened, model.folder());
            GenerationRequest request =
                    fromIds == null
                            ? fromText(opened)
                            : GenerationRequest.tokens(fromIds).images(shown());
            request =
                    sampling.applyTo(request)
                            .onPromptProgress((done, total) ->
                                    terminal.progress(
                                            "reading the prompt: %d of %d tokens"
                                                    .formatted(done, total)));
            try (TokenStream stream = opened.stream(request)) {
                print(stream, opened.tokenizer().isPresent());
            }
        }
        return ExitCode.FINE;
    }

    private void check() {
        Usage.notBoth(chat, raw, "--chat and --raw");
        Usage.notBoth(json, printIds, "--json and --print-ids");
        Usage.notBoth(ids != null, chat || raw, "--ids and --chat or --raw");
        if ((prompt == null) == (ids == null)) {
            throw CommandException.usage(
                    prompt == null
                            ? "no prompt, expected a text or --ids"
                            : "both a prompt and --ids, expected one of them");
        }
        sampling.check();
        model.options();
        images.check();
    }

    private Image[] shown() {
        return images.images().toArray(Image[]::new);
    }

    private void requireTokenizer(Llama4Model opened) {
        boolean needed = sampling.hasStops() || !(printIds || json);
        if (ids != null && needed && opened.tokenizer().isEmpty()) {
            throw CommandException.failed(
                    model.folder()
                            + ": no tokenizer.json or tokenizer.model to write text with;"
                            + " --print-ids (without --stop) needs none");
        }
    }

    private GenerationRequest fromText(Llama4Model opened) {
        String text = String.valueOf(prompt);
        boolean asMessage = chat || !raw && opened.chatTemplate().isPresent();
        if (!asMessage) {
            return GenerationRequest.prompt(text).images(shown());
        }
        List<Content> parts = new ArrayList<>(images.images());
        parts.add(Content.text(text));
        return GenerationRequest.chat(Message.user(parts.toArray(Content[]::new)));
    }

    private void print(TokenStream stream, boolean hasText) {
        if (json) {
            GenerationResult result = stream.await();
            terminal.endProgress();
            terminal.out().println(Json.pretty(asJson(result, hasText)));
            return;
        }
        String separator = "";
        for (GenerationEvent event : stream) {
            String piece = event.text();
            if (printIds) {
                piece = event instanceof GenerationEvent.Token token ? separator + token.id() : "";
                separator = piece.isEmpty() ? separator : " ";
            }
            show(piece);
        }
        show("\n");
    }

    private void show(String piece) {
        if (!piece.isEmpty()) {
            terminal.endProgress();
            terminal.out().print(piece);
            terminal.out().flush();
        }
    }

    private static Map<String, @Nullable Object> asJson(GenerationResult result, boolean hasText) {
        Map<String, @Nullable Object> json = new LinkedHashMap<>();
        json.put("text", hasText ? result.text() : null);
        json.put("ids", result.tokens());
        json.put("finish_reason", result.finishReason().name().toLowerCase(Locale.ROOT));
        json.put("prompt_tokens", result.promptTokens());
        json.put("generated_tokens", result.tokens().size());
        json.put("seed", result.seed());
        json.put("timings", asJson(result.timings()));
        return json;
    }

    private static Map<String, Object> asJson(Timings timings) {
        Map<String, Object> json = new LinkedHashMap<>();
        json.put("prefill_seconds", timings.prefill().toNanos() * 1e-9);
        json.put("decode_seconds", timings.decode().toNanos() * 1e-9);
        json.put("prefill_tokens_per_second", timings.prefillTokensPerSecond());
        json.put("decode_tokens_per_second", timings.decodeTokensPerSecond());
        return json;
    }
}
