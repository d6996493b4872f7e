package org.weft.shard.template;

/**
 * What a name, key or attribute that is not there gives: empty to print, false, and an error to
 * look into.
 *
 * @param message what to say when it is used
 */
record Undefined(String message) {
  static Undefined name(String name) {
    return new Undefined(PythonText.repr(name) + " is undefined");
  }

  static Undefined of(Object owner, Object key) {
    String type = owner == None.NONE ? "None" : Values.typeName(owner) + " object";
    return new Undefined(
        key instanceof String name
            ? PythonText.repr(type) + " has no attribute " + PythonText.repr(name)
            : type + " has no element " + PythonText.repr(key));
  }

  /** What the sandbox hides: begins with an underscore, or would change a value. */
  static Undefined unsafe(Object owner, String name) {
    return new Undefined(
        "access to attribute "
            + PythonText.repr(name)
            + " of "
            + PythonText.repr(Values.typeName(owner))
            + " object is unsafe.");
  }

  Failure failure() {
    return new Failure(message);
  }
}
