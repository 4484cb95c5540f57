package dev.altiplano.cli;

import dev.altiplano.loader.ChatTemplate;
import dev.altiplano.loader.TokenizerFolder;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;

/** Shows a conversation as the model reads it. */
@Command(
        name = "render",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        description =
                "Prints a conversation as the folder's chat template lays it out, byte for byte. No"
                        + " weights are needed.",
        footer = {
            "",
            "A folder without a chat template gets Llama 4's own format.",
            "",
            "Example:",
            "  echo '[{\"role\": \"user\", \"content\": \"Hello!\"}]' > chat.json",
            "  altiplano render demo/stories --messages chat.json"
        })
final class RenderCommand implements Callable<Integer> {
    private final Terminal terminal;

    @Parameters(
            index = "0",
            paramLabel = "MODEL",
            description = "Folder with chat template and tokenizer configuration.")
    private Path folder = Path.of("");

    @Option(
            names = "--messages",
            paramLabel = "F.json",
            description =
                    "A list of messages, or an object with messages, tools and other variables.")
    private @Nullable Path messages;

    @Option(
            names = "--context",
            paramLabel = "F.json",
            description = "An object that holds all variables of the template; nothing is added.")
    private @Nullable Path context;

    @Option(
            names = "--template",
            paramLabel = "F",
            description = "Use this template instead of the folder's.")
    private @Nullable Path template;

    @Option(
            names = "--no-generation-prompt",
            description = "Leave out the header of the answer behind --messages.")
    private boolean noGenerationPrompt;

    RenderCommand(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public Integer call() {
        if ((messages == null) == (context == null)) {
            throw CommandException.usage("expected either --messages or --context");
        }
        Usage.notBoth(context != null, noGenerationPrompt, "--context and --no-generation-prompt");
        if (!Files.isDirectory(folder)) {
            throw CommandException.failed(
                    "%s: %s"
                            .formatted(
                                    folder,
                                    Files.exists(folder) ? "is no folder" : "does not exist"));
        }
        TokenizerFolder texts = new TokenizerFolder(folder);
        Map<String, @Nullable Object> variables =
                context != null ? object(context, Json.read(context)) : conversation(texts);
        terminal.out().print(template(texts).render(variables));
        return ExitCode.FINE;
    }

    private ChatTemplate template(TokenizerFolder texts) {
        return template == null
                ? texts.chatTemplate().orElseGet(ChatTemplate::llama4)
                : ChatTemplate.parse(
                        TextFile.read(template), String.valueOf(template.getFileName()));
    }

    private Map<String, @Nullable Object> conversation(TokenizerFolder texts) {
        Path file = Objects.requireNonNull(messages);
        Object value = Json.read(file);
        Map<String, @Nullable Object> variables = ChatVariables.of(texts.tokenNames());
        if (value instanceof List<?>) {
            variables.put("messages", value);
        } else {
            variables.putAll(object(file, value));
        }
        if (!(variables.get("messages") instanceof List<?>)) {
            throw CommandException.failed(
                    file + ": expected a list of messages, or an object with a list 'messages'");
        }
        if (noGenerationPrompt) {
            variables.put("add_generation_prompt", false);
        }
        return variables;
    }

    private static Map<String, @Nullable Object> object(Path file, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw CommandException.failed(file + ": expected a JSON object");
        }
        Map<String, @Nullable Object> variables = new LinkedHashMap<>();
        map.forEach((name, element) -> variables.put(String.valueOf(name), element));
        return variables;
    }
}
