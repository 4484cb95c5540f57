package dev.altiplano.loader.internal.jinja;

import org.jspecify.annotations.Nullable;

/**
 * A name, attribute or item that is missing: prints nothing, has no items, is false; everything
 * else that is done with it fails with its message.
 *
 * @param hint the message, if it is not made of the other two
 * @param owner what the attribute or item is missing in, for names null
 * @param key name of the variable or attribute, or key of the item
 */
record Undefined(@Nullable String hint, @Nullable Object owner, Object key) {
    static Undefined name(String name) {
        return new Undefined(null, null, name);
    }

    static Undefined because(String hint) {
        return new Undefined(hint, null, None.NONE);
    }

    static Undefined attribute(Object owner, Object key) {
        return new Undefined(null, owner, key);
    }

    static Undefined unsafe(Object owner, String name) {
        return because(
                "access to attribute %s of '%s' object is unsafe."
                        .formatted(PythonText.quote(name), Types.name(owner)));
    }

    Fault fault() {
        if (hint != null) {
            return new Fault(hint);
        }
        String shown = key instanceof String name ? PythonText.quote(name) : "of that key";
        if (owner == null) {
            return new Fault("%s is undefined", shown);
        }
        String type = owner == None.NONE ? "None" : Types.name(owner) + " object";
        return key instanceof String
                ? new Fault("'%s' has no attribute %s", type, shown)
                : new Fault("%s has no element %s", type, shown);
    }
}
