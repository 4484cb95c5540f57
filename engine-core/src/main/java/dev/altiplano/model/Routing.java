package dev.altiplano.model;

import dev.altiplano.kernels.Rows;
import dev.altiplano.kernels.Worker;

import java.util.Arrays;

/**
 * Which token goes to which expert in one block, and the scratch of the routed experts.
 *
 * <p>An assignment is one (token, expert) pair. Assignments are sorted by expert, then by token;
 * the assignments of one expert form a group whose rows lie together.
 */
final class Routing {
    /** Router logits {@code [n, experts]}. */
    final Rows logits;

    private final int experts;
    private final int choices;
    private final Rows input;
    private final Rows wide;
    private final Rows activated;
    private final Rows output;

    private final int[] chosen; // [token * choices + i], experts of a token in ascending order
    private final float[] weight; // [assignment], sigmoid of the router's logit
    private final int[] token; // [assignment]
    private final int[] slot; // [token * choices + i] -> assignment
    private final int[] groupStart; // [expert], then moved along while assignments are placed
    private final int[] groupExpert;
    private final Group[] group;
    private final Group[] single; // one-row groups, made once, so that decoding allocates nothing
    private int groups;

    /** The rows of one group in each scratch matrix. */
    private record Group(Rows input, Rows wide, Rows activated, Rows output) {}

    /**
     * @param tokens most tokens in a block
     * @param choices experts per token, {@code num_experts_per_tok}
     */
    Routing(int tokens, int experts, int choices, int hidden, int width) {
        this.experts = experts;
        this.choices = choices;
        int assignments = Math.multiplyExact(tokens, choices);
        logits = Step.rows(tokens, experts);
        input = Step.rows(tokens, assignments, hidden);
        wide = Step.rows(tokens, assignments, 2 * width);
        activated = Step.rows(tokens, assignments, width);
        output = Step.rows(tokens, assignments, hidden);
        chosen = new int[assignments];
        weight = new float[assignments];
        token = new int[assignments];
        slot = new int[assignments];
        groupStart = new int[experts + 1];
        groupExpert = new int[experts];
        group = new Group[experts];
        single = new Group[choices];
        for (int i = 0; i < choices; i++) {
            single[i] = part(i, 1);
        }
    }

    /** See {@link Step#packedBytes}. */
    long packedBytes() {
        return input.packedBytes() + activated.packedBytes();
    }

    void resize(int tokens) {
        logits.resize(tokens);
    }

    /** Chooses the experts of every token and sorts the assignments. Run by one worker. */
    void choose() {
        int tokens = logits.count();
        Arrays.fill(groupStart, 0);
        for (int t = 0; t < tokens; t++) {
            chooseFor(t);
        }
        for (int e = 0; e < experts; e++) {
            groupStart[e + 1] += groupStart[e];
        }
        makeGroups();
        for (int t = 0; t < tokens; t++) {
            for (int i = t * choices; i < (t + 1) * choices; i++) {
                int assignment = groupStart[chosen[i]]++;
                slot[i] = assignment;
                token[assignment] = t;
                weight[assignment] = sigmoid(logits.data()[logits.offset(t) + chosen[i]]);
            }
        }
    }

    /** The largest logits; of equal ones the lowest index. Left in ascending order of experts. */
    private void chooseFor(int t) {
        int from = t * choices;
        float[] values = logits.data();
        int row = logits.offset(t);
        for (int i = 0; i < choices; i++) {
            int best = -1;
            for (int e = 0; e < experts; e++) {
                if ((best < 0 || values[row + e] > values[row + best]) && !isChosen(from, i, e)) {
                    best = e;
                }
            }
            chosen[from + i] = best;
            groupStart[best + 1]++;
        }
        Arrays.sort(chosen, from, from + choices);
    }

    private boolean isChosen(int from, int count, int expert) {
        for (int i = 0; i < count; i++) {
            if (chosen[from + i] == expert) {
                return true;
            }
        }
        return false;
    }

    private void makeGroups() {
        groups = 0;
        for (int e = 0; e < experts; e++) {
            int from = groupStart[e];
            int count = groupStart[e + 1] - from;
            if (count > 0) {
                groupExpert[groups] = e;
                group[groups] = count == 1 && from < choices ? single[from] : part(from, count);
                groups++;
            }
        }
    }

    private Group part(int from, int count) {
        return new Group(
                input.part(from, count),
                wide.part(from, count),
                activated.part(from, count),
                output.part(from, count));
    }

    /** Weighs the input of each chosen expert: Llama 4 scales what goes in, not what comes out. */
    void gather(Rows normed, Worker worker) {
        int width = normed.width();
        for (int a; (a = worker.next(assignments())) >= 0; ) {
            int to = input.offset(a);
            int from = normed.offset(token[a]);
            for (int c = 0; c < width; c++) {
                input.data()[to + c] = weight[a] * normed.data()[from + c];
            }
        }
    }

    /** Adds {@code shared + Σ experts}, experts in ascending order, to the residual stream. */
    void addTo(Rows x, Rows shared, Worker worker) {
        for (int t; (t = worker.next(x.count())) >= 0; ) {
            int first = output.offset(slot[t * choices]);
            for (int i = 1; i < choices; i++) {
                accumulate(first, output.offset(slot[t * choices + i]));
            }
            float[] sum = x.data();
            int row = x.offset(t);
            int sharedRow = shared.offset(t);
            for (int c = 0; c < x.width(); c++) {
                sum[row + c] += shared.data()[sharedRow + c] + output.data()[first + c];
            }
        }
    }

    private void accumulate(int to, int from) {
        float[] values = output.data();
        for (int c = 0; c < output.width(); c++) {
            values[to + c] += values[from + c];
        }
    }

    /** Pairs of a token and an expert in this block. */
    int assignments() {
        return logits.count() * choices;
    }

    /** Experts per token. */
    int choices() {
        return choices;
    }

    /** Experts with at least one token. */
    int groups() {
        return groups;
    }

    int expert(int g) {
        return groupExpert[g];
    }

    /** Weighted inputs of the group's tokens {@code [n, hidden]}. */
    Rows input(int g) {
        return group[g].input;
    }

    /** Gate and up of the group's tokens {@code [n, 2 F]}. */
    Rows wide(int g) {
        return group[g].wide;
    }

    /** {@code [n, F]}. */
    Rows activated(int g) {
        return group[g].activated;
    }

    /** What the expert answers {@code [n, hidden]}. */
    Rows output(int g) {
        return group[g].output;
    }

    private static float sigmoid(float x) {
        return (float) (1 / (1 + StrictMath.exp(-x)));
    }
}
