package org.weft.shard.template;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.weft.shard.template.Statement.Signature;

/** A macro, with the scope that it was defined in. One rendering's. */
final class MacroValue implements AttributeSource, Callable {
  private final String name;
  private final Signature signature;
  private final List<Statement> body;
  private final Scope scope;
  private final Interpreter interpreter;

  MacroValue(
      String name,
      Signature signature,
      List<Statement> body,
      Scope scope,
      Interpreter interpreter) {
    this.name = name;
    this.signature = signature;
    this.body = body;
    this.scope = scope;
    this.interpreter = interpreter;
  }

  String name() {
    return name;
  }

  @Override
  public @Nullable Object attribute(String attribute) {
    return switch (attribute) {
      case "name" -> name;
      case "arguments" -> new TupleValue(List.copyOf(signature.names()));
      case "caller" -> signature.caller();
      case "catch_kwargs" -> signature.kwargs();
      case "catch_varargs" -> signature.varargs();
      default -> null;
    };
  }

  @Override
  public String typeName() {
    return "Macro";
  }

  @Override
  public Object call(Arguments arguments) {
    Scope inner = new Scope(scope);
    Map<String, Object> named = new LinkedHashMap<>(arguments.named());
    List<String> names = signature.names();
    int given = Math.min(names.size(), arguments.positional().size());
    for (int i = 0; i < given; i++) {
      inner.put(names.get(i), arguments.positional().get(i));
      if (named.containsKey(names.get(i))) {
        throw new Failure("macro '" + name + "' got multiple values for '" + names.get(i) + "'");
      }
    }
    for (int i = given; i < names.size(); i++) {
      inner.put(names.get(i), parameter(i, named, inner));
    }
    extras(arguments, named, inner);
    return interpreter.body(body, inner);
  }

  private Object parameter(int index, Map<String, Object> named, Scope inner) {
    String parameter = signature.names().get(index);
    Object value = named.remove(parameter);
    if (value != null) {
      return value;
    }
    int fallback = index - (signature.names().size() - signature.defaults().size());
    return fallback >= 0
        ? interpreter.value(signature.defaults().get(fallback), inner)
        : new Undefined("parameter " + PythonText.repr(parameter) + " was not provided");
  }

  private void extras(Arguments arguments, Map<String, Object> named, Scope inner) {
    List<Object> more = new ArrayList<>();
    for (int i = signature.names().size(); i < arguments.positional().size(); i++) {
      more.add(arguments.positional().get(i));
    }
    if (signature.caller() && !signature.names().contains("caller")) {
      Object caller = named.remove("caller");
      inner.put("caller", caller == null ? new Undefined("No caller defined") : caller);
    }
    if (signature.kwargs()) {
      DictValue rest = new DictValue();
      named.forEach(rest::put);
      inner.put("kwargs", rest);
    } else if (!named.isEmpty()) {
      throw new Failure(
          "macro '"
              + name
              + "' takes no keyword argument '"
              + named.keySet().iterator().next()
              + "'");
    }
    if (signature.varargs()) {
      inner.put("varargs", new TupleValue(more));
    } else if (!more.isEmpty()) {
      throw new Failure(
          "macro '" + name + "' takes not more than " + signature.names().size() + " argument(s)");
    }
  }
}
