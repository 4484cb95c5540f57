package dev.altiplano;

/**
 * What makes this engine many times slower than it could be, without a word from anybody else.
 *
 * <p>{@link PerformanceCheck} looks for them, {@link Llama4Model#performanceFindings} has those
 * that a model met. Each is logged once as a warning.
 */
public enum PerformanceCliff {
    /** The JVM runs without the module of the Vector API. */
    VECTOR_MODULE_ABSENT(
            "the Vector API is not there, so plain Java computes, 10 to 50 times slower",
            "start java with --add-modules jdk.incubator.vector"),
    /** Kernels are interpreted, or compiled by the quick compiler alone. */
    NO_OPTIMISING_COMPILER(
            "the JVM does not use its optimising compiler (C2), without which vectors are objects"
                    + " on the heap, 100 times slower",
            "start java without -Xint, -XX:TieredStopAtLevel and -XX:-UseCompiler, on a HotSpot"
                    + " JVM with C2"),
    /** Vectors are shorter than the processor's. */
    SHORT_VECTORS(
            "the JVM uses vectors of 128 bit, half or a quarter of what x86 processors with AVX2"
                    + " have",
            "start java without -XX:MaxVectorSize and -XX:UseAVX; in a virtual machine, let the"
                    + " guest see AVX2"),
    /** A JDK with a known fault. */
    OLD_JDK(
            "this JDK has a fault in the G1 garbage collector that can end the process"
                    + " (JDK-8377811)",
            "use JDK 25.0.3 or newer"),
    /** Compiled kernels still make objects. */
    KERNEL_ALLOCATES(
            "a kernel makes objects although it has run long enough to be compiled: its vectors do"
                    + " not stay in registers",
            "use an unmodified HotSpot JVM of JDK 25 without flags that change its compilers, and"
                    + " report this with the output of java -version"),
    /** Compiled kernels lose against plain loops. */
    KERNEL_SLOWER_THAN_SCALAR(
            "a vector kernel is slower than the same loop in plain Java: it was compiled badly or"
                    + " not at all",
            "use an unmodified HotSpot JVM of JDK 25 without flags that change its compilers, give"
                    + " the code cache room (-XX:ReservedCodeCacheSize), and report this with the"
                    + " output of java -version"),
    /** Weights are read from disk again and again. */
    WEIGHTS_EXCEED_MEMORY(
            "the weights do not fit into memory, so what a token needs is read from disk again and"
                    + " again",
            "give the machine or container more memory, or take a smaller or quantised checkpoint"),
    /** Threads wait for processors. */
    MORE_THREADS_THAN_PROCESSORS(
            "there are more threads than processors, and each step waits for the last of them",
            "ask for as many threads as there are processors, or leave ModelOptions.threads alone"),
    /** Weights were to stay in memory, and may not. */
    WEIGHTS_NOT_LOCKED(
            "the system does not lock the weights in memory, so it may throw them out and read them"
                    + " from disk again",
            "raise the limit of locked memory (ulimit -l), and start java with"
                    + " --enable-native-access=ALL-UNNAMED"),
    /** Advice about the weights was to be given, and was not taken. */
    ADVICE_REFUSED(
            "the system does not take some of the advice about the weights, so it reads them in"
                    + " pieces as small as it likes",
            "start java with --enable-native-access=ALL-UNNAMED; huge pages need a file system that"
                    + " has them, and are no great loss");

    private final String explanation;
    private final String remedy;

    PerformanceCliff(String explanation, String remedy) {
        this.explanation = explanation;
        this.remedy = remedy;
    }

    /** What happens and how much it costs, as part of a sentence. */
    public String explanation() {
        return explanation;
    }

    /** What to do about it, as part of a sentence. */
    public String remedy() {
        return remedy;
    }
}
