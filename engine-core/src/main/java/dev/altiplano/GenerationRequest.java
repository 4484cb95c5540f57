package dev.altiplano;

import org.jspecify.annotations.Nullable;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BiConsumer;

/**
 * What to answer and how. Immutable: every method returns a changed copy.
 *
 * <pre>{@code
 * GenerationRequest.chat(Message.user("Tell me a story.")).maxTokens(200).stop("The end")
 * }</pre>
 */
public final class GenerationRequest {
    /** Tokens written at most, when the request does not say. */
    public static final int DEFAULT_MAX_TOKENS = 1024;

    private Prompt prompt;
    private int maxTokens = DEFAULT_MAX_TOKENS;
    private Sampling sampling = Sampling.defaults();
    private List<String> stopTexts = List.of();
    private List<Integer> stopIds = List.of();
    private boolean ignoresStopTokens;
    private int logProbabilities = -1;
    private @Nullable Duration deadline;
    private Map<String, Object> templateVariables = Map.of();
    private List<Image> images = List.of();
    private @Nullable BiConsumer<Integer, Integer> promptProgress;

    private GenerationRequest(Prompt prompt) {
        this.prompt = prompt;
    }

    /** Goes on from plain text. */
    public static GenerationRequest prompt(String text) {
        return new GenerationRequest(new Prompt.Text(text, false));
    }

    /** Answers messages. In a session: the messages that are new. */
    public static GenerationRequest chat(Message... messages) {
        return chat(List.of(messages));
    }

    /** Answers messages. In a session: the messages that are new. */
    public static GenerationRequest chat(List<Message> messages) {
        return new GenerationRequest(new Prompt.Chat(messages));
    }

    /** Goes on from token ids. */
    public static GenerationRequest tokens(int... ids) {
        return new GenerationRequest(new Prompt.Tokens(Arrays.stream(ids).boxed().toList()));
    }

    private GenerationRequest copy() {
        GenerationRequest copy = new GenerationRequest(prompt);
        copy.maxTokens = maxTokens;
        copy.sampling = sampling;
        copy.stopTexts = stopTexts;
        copy.stopIds = stopIds;
        copy.ignoresStopTokens = ignoresStopTokens;
        copy.logProbabilities = logProbabilities;
        copy.deadline = deadline;
        copy.templateVariables = templateVariables;
        copy.images = images;
        copy.promptProgress = promptProgress;
        return copy;
    }

    /**
     * Ends the answer after this many tokens.
     *
     * @param maxTokens at least 0; 0 only reads the prompt
     */
    public GenerationRequest maxTokens(int maxTokens) {
        if (maxTokens < 0) {
            throw new IllegalArgumentException(
                    "max tokens is %d, expected 0 or more".formatted(maxTokens));
        }
        GenerationRequest copy = copy();
        copy.maxTokens = maxTokens;
        return copy;
    }

    /** Chooses tokens this way. */
    public GenerationRequest sampling(Sampling sampling) {
        GenerationRequest copy = copy();
        copy.sampling = Objects.requireNonNull(sampling, "sampling");
        return copy;
    }

    /**
     * Ends the answer before any of these strings; they may span tokens.
     *
     * @param texts strings of at least one character
     */
    public GenerationRequest stop(String... texts) {
        List<String> all = new ArrayList<>(stopTexts);
        for (String text : texts) {
            if (text.isEmpty()) {
                throw new IllegalArgumentException(
                        "a stop string is empty, expected at least one character");
            }
            all.add(text);
        }
        GenerationRequest copy = copy();
        copy.stopTexts = List.copyOf(all);
        return copy;
    }

    /** Ends the answer after any of these tokens, besides those that the folder names. */
    public GenerationRequest stopIds(int... ids) {
        List<Integer> all = new ArrayList<>(stopIds);
        for (int id : ids) {
            all.add(id);
        }
        GenerationRequest copy = copy();
        copy.stopIds = List.copyOf(all);
        return copy;
    }

    /** Goes on after the stop tokens that the folder names. */
    public GenerationRequest ignoreStopTokens() {
        GenerationRequest copy = copy();
        copy.ignoresStopTokens = true;
        return copy;
    }

    /**
     * Reports how probable each chosen token was, and the most probable ones beside it.
     *
     * @param best how many of the most probable tokens, 0 to 100
     */
    public GenerationRequest logProbabilities(int best) {
        if (best < 0 || best > 100) {
            throw new IllegalArgumentException(
                    "log-probabilities of the best %d tokens, expected 0 to 100".formatted(best));
        }
        GenerationRequest copy = copy();
        copy.logProbabilities = best;
        return copy;
    }

    /**
     * Ends the answer when so much time has passed since it was asked for, as {@link
     * FinishReason#DEADLINE}: while it waits for its turn, in the prompt, or between two tokens.
     *
     * @param time above 0
     */
    public GenerationRequest deadline(Duration time) {
        if (time.isNegative() || time.isZero()) {
            throw new IllegalArgumentException(
                    "the deadline is after %s, expected more than 0".formatted(time));
        }
        GenerationRequest copy = copy();
        copy.deadline = time;
        return copy;
    }

    /**
     * Lets names of special tokens in a text prompt become these tokens; not for text from users.
     */
    public GenerationRequest parseSpecialTokens() {
        if (!(prompt instanceof Prompt.Text(String text, boolean _))) {
            throw new IllegalArgumentException(
                    "only a text prompt can hold names of special tokens");
        }
        GenerationRequest copy = copy();
        copy.prompt = new Prompt.Text(text, true);
        return copy;
    }

    /**
     * Offers functions to the model; how they are shown is up to the folder's chat template.
     *
     * @param tools JSON objects: name, description, parameters
     */
    public GenerationRequest tools(List<Map<String, Object>> tools) {
        return templateVariable("tools", List.copyOf(tools));
    }

    /** Sets another variable of the chat template. */
    public GenerationRequest templateVariable(String name, Object value) {
        Map<String, Object> variables = new LinkedHashMap<>(templateVariables);
        variables.put(name, value);
        GenerationRequest copy = copy();
        copy.templateVariables = Map.copyOf(variables);
        return copy;
    }

    /**
     * Shows pictures beside plain text or token ids; pictures of a chat are parts of its messages.
     *
     * <p>In text they stand where the text names the placeholder {@code <|image|>} as a special
     * token ({@link #parseSpecialTokens}), or else in front. Token ids must hold the expanded patch
     * tokens already: the pictures' features replace them in order.
     *
     * @throws IllegalArgumentException if the prompt is a chat
     */
    public GenerationRequest images(Image... images) {
        if (prompt instanceof Prompt.Chat && images.length > 0) {
            throw new IllegalArgumentException(
                    "pictures of a chat are parts of its messages: Message.user(Content.image(...),"
                            + " ...)");
        }
        GenerationRequest copy = copy();
        copy.images = List.of(images);
        return copy;
    }

    /**
     * Is told after each block of the prompt how many of its tokens have been read, and of how
     * many.
     */
    public GenerationRequest onPromptProgress(BiConsumer<Integer, Integer> listener) {
        GenerationRequest copy = copy();
        copy.promptProgress = Objects.requireNonNull(listener, "listener");
        return copy;
    }

    /** What to go on from. */
    public Prompt prompt() {
        return prompt;
    }

    int maxTokens() {
        return maxTokens;
    }

    Sampling sampling() {
        return sampling;
    }

    List<String> stopTexts() {
        return stopTexts;
    }

    List<Integer> stopIds() {
        return stopIds;
    }

    boolean ignoresStopTokens() {
        return ignoresStopTokens;
    }

    int logProbabilities() {
        return logProbabilities;
    }

    Optional<Duration> deadline() {
        return Optional.ofNullable(deadline);
    }

    Map<String, Object> templateVariables() {
        return templateVariables;
    }

    List<Image> images() {
        return images;
    }

    void reportProgress(int done, int total) {
        if (promptProgress != null) {
            promptProgress.accept(done, total);
        }
    }
}
