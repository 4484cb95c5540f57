package dev.altiplano.cli;

import org.jspecify.annotations.Nullable;

import java.lang.reflect.Proxy;

/**
 * Lets Ctrl-C end an answer instead of the process.
 *
 * <p>By reflection: the compiler warns of the JDK's only class for signals and cannot be asked not
 * to.
 */
final class Interrupt {
    private static final int EXIT_CODE = 130; // as if the signal had ended the process

    private @Nullable Runnable task;

    /** From now on Ctrl-C ends what is {@link #during running}, and the process when nothing is. */
    static Interrupt caught() {
        Interrupt interrupt = new Interrupt();
        try {
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> handler = Class.forName("sun.misc.SignalHandler");
            Object caller =
                    Proxy.newProxyInstance(
                            handler.getClassLoader(),
                            new Class<?>[] {handler},
                            (_, method, _) -> interrupt.signalled(method.getName()));
            Object ctrlC = signal.getConstructor(String.class).newInstance("INT");
            signal.getMethod("handle", signal, handler).invoke(null, ctrlC, caller);
        } catch (ReflectiveOperationException | IllegalArgumentException _) {
            // then Ctrl-C ends the process, as ever
        }
        return interrupt;
    }

    /** Sets what Ctrl-C does until it is taken back with null. */
    synchronized void during(@Nullable Runnable stop) {
        task = stop;
    }

    private synchronized @Nullable Object signalled(String method) {
        if (!method.equals("handle")) {
            return method.equals("toString") ? "Interrupt" : null;
        }
        if (task == null) {
            Runtime.getRuntime().halt(EXIT_CODE);
        } else {
            task.run();
        }
        return null;
    }
}
