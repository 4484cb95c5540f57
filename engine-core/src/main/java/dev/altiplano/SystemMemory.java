package dev.altiplano;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.VarHandle;
import java.util.Optional;

/**
 * What the operating system is asked for about memory, through its C library.
 *
 * <p>Calling it is restricted: without {@code --enable-native-access} the JVM warns at the first
 * call, or refuses. Nothing of it is touched before.
 */
final class SystemMemory {
    /** How memory is going to be used; the numbers are those of Linux and macOS. */
    enum Advice {
        /** Any way. */
        NORMAL(0),
        /** From one end to the other: the system reads ahead. */
        SEQUENTIAL(2),
        /** In large pages, where the file system has them; Linux only. */
        HUGE_PAGES(14);

        private final int number;

        Advice(int number) {
            this.number = number;
        }
    }

    private static final String ERRNO = "errno";
    private static final MemoryLayout STATE = Linker.Option.captureStateLayout();
    private static final VarHandle ERROR = STATE.varHandle(PathElement.groupElement(ERRNO));

    private SystemMemory() {}

    /** One call of the C library. */
    @FunctionalInterface
    private interface Call {
        int make(MethodHandle function, MemorySegment state) throws Throwable;
    }

    /**
     * Reads all of it and keeps it in memory until it is unmapped.
     *
     * @param memory off the heap
     * @return why the system refuses; empty when it does not
     */
    static Optional<String> lock(MemorySegment memory) {
        return call(
                "mlock",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG),
                (mlock, state) -> (int) mlock.invokeExact(state, memory, memory.byteSize()));
    }

    /**
     * Says how memory will be used.
     *
     * @param memory a whole mapped file
     * @return why the system refuses; empty when it does not
     */
    static Optional<String> advise(MemorySegment memory, Advice advice) {
        return call(
                "madvise",
                FunctionDescriptor.of(JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT),
                (madvise, state) ->
                        (int) madvise.invokeExact(state, memory, memory.byteSize(), advice.number));
    }

    @SuppressWarnings("restricted") // asked for by an option, and refusal is an answer
    private static Optional<String> call(String name, FunctionDescriptor shape, Call call) {
        try (Arena arena = Arena.ofConfined()) {
            Linker linker = Linker.nativeLinker();
            SymbolLookup library = linker.defaultLookup();
            Optional<MemorySegment> address = library.find(name);
            if (address.isEmpty()) {
                return Optional.of("this system has no " + name);
            }
            MethodHandle function =
                    linker.downcallHandle(
                            address.get(), shape, Linker.Option.captureCallState(ERRNO));
            MemorySegment state = arena.allocate(STATE);
            return call.make(function, state) == 0
                    ? Optional.empty()
                    : Optional.of(name + ": " + words((int) ERROR.get(state, 0L)));
        } catch (IllegalCallerException | UnsupportedOperationException e) {
            return Optional.of("%s: %s".formatted(name, e.getMessage()));
        } catch (RuntimeException | Error e) {
            throw e;
        } catch (Throwable e) {
            throw new IllegalStateException(name, e); // the C library throws nothing
        }
    }

    private static String words(int error) {
        return switch (error) {
            case 1 -> "not permitted (EPERM)";
            case 11, 35 -> "some of it could not be locked (EAGAIN)";
            case 12 -> "more than the limit of locked memory, or than there is (ENOMEM)";
            case 22 -> "not for files of this kind (EINVAL)";
            default -> "error " + error;
        };
    }
}
