package dev.altiplano.loader.internal.tokenizer;

import java.util.ArrayList;
import java.util.List;

/**
 * The special tokens of Llama 4, which {@code tokenizer.model} leaves out.
 *
 * <p>Source: {@code LLAMA4_SPECIAL_TOKENS} in Meta's {@code models/llama4/tokenizer.py}, with the
 * later names of the tokens for Python and reasoning.
 */
final class Llama4Specials {
    static final int COUNT = 2048;

    private final List<String> names = new ArrayList<>(COUNT);

    private Llama4Specials() {}

    /** The names in the order of their ids, the first of which follows the last ordinary token. */
    static List<String> names() {
        var list = new Llama4Specials();
        list.add("begin_of_text", "end_of_text", "fim_prefix", "fim_middle", "fim_suffix");
        list.add("header_start", "header_end", "eom", "eot", "step");
        list.reserve("text_post_train", 0, 6);
        list.add("python_start", "python_end", "finetune_right_pad");
        list.reserve("text_post_train", 8, 69);
        list.add("image_start", "image_end");
        list.reserve("vision", 0, 2);
        list.add("tile_x_separator", "tile_y_separator");
        list.reserve("vision", 2, 6);
        list.add("image");
        list.reserve("vision", 6, 7);
        list.add("patch");
        list.reserve("vision", 7, 1048);
        list.reserve("reasoning", 0, 8);
        list.add("reasoning_thinking_start", "reasoning_thinking_end");
        for (int i = 0; list.names.size() < COUNT; i++) {
            list.add("reserved_special_token_" + i);
        }
        return List.copyOf(list.names);
    }

    private void add(String... all) {
        for (String name : all) {
            names.add("<|" + name + "|>");
        }
    }

    private void reserve(String purpose, int from, int to) {
        for (int i = from; i < to; i++) {
            add(purpose + "_reserved_special_token_" + i);
        }
    }
}
