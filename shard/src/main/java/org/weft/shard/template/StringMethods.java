package org.weft.shard.template;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/** The methods of Python's str. */
final class StringMethods {
  private final Budget budget;
  private final Attributes attributes;
  private final StringSearch search;

  StringMethods(Budget budget, Attributes attributes) {
    this.budget = budget;
    this.attributes = attributes;
    this.search = new StringSearch(budget);
  }

  @Nullable Callable method(String text, String name) {
    return switch (name) {
      case "strip" -> arguments -> strip(text, arguments, true, true);
      case "lstrip" -> arguments -> strip(text, arguments, true, false);
      case "rstrip" -> arguments -> strip(text, arguments, false, true);
      case "upper" -> arguments -> made(StringCases.upper(text));
      case "lower" -> arguments -> made(StringCases.lower(text));
      case "casefold" -> arguments -> made(StringCases.lower(StringCases.upper(text)));
      case "title" -> arguments -> made(StringCases.title(text));
      case "capitalize" -> arguments -> made(StringCases.capitalize(text));
      case "swapcase" -> arguments -> made(StringCases.swap(text));
      case "replace" -> arguments -> replace(text, arguments);
      case "join" -> arguments -> join(text, arguments);
      case "format" -> arguments -> BraceFormat.format(text, arguments, attributes, budget);
      case "startswith" -> arguments -> search.affix(text, arguments, true);
      case "endswith" -> arguments -> search.affix(text, arguments, false);
      case "removeprefix" ->
          arguments -> {
            String prefix = string(arguments, 0, "prefix");
            return text.startsWith(prefix) ? made(text.substring(prefix.length())) : text;
          };
      case "removesuffix" ->
          arguments -> {
            String suffix = string(arguments, 0, "suffix");
            return text.endsWith(suffix)
                ? made(text.substring(0, text.length() - suffix.length()))
                : text;
          };
      case "zfill" -> arguments -> zfill(text, arguments);
      case "center", "ljust", "rjust" -> arguments -> pad(text, name, arguments);
      case "translate" -> arguments -> StringTranslation.translate(text, arguments, budget);
      case "maketrans" -> arguments -> StringTranslation.makeTable(arguments, budget);
      case "encode" -> null; // bytes have no place in a template
      default -> splitting(text, name);
    };
  }

  private @Nullable Callable splitting(String text, String name) {
    return switch (name) {
      case "split" -> arguments -> list(StringSplits.split(counted(text), arguments));
      case "rsplit" -> arguments -> list(StringSplits.rsplit(counted(text), arguments));
      case "splitlines" ->
          arguments -> list(CodePoints.lines(counted(text), arguments.flag(0, "keepends", false)));
      case "partition" ->
          arguments -> {
            String separator = string(arguments, 0, "sep");
            return search.parts(text, text.indexOf(separator), separator, false);
          };
      case "rpartition" ->
          arguments -> {
            String separator = string(arguments, 0, "sep");
            return search.parts(text, text.lastIndexOf(separator), separator, true);
          };
      case "find", "index", "rfind", "rindex" -> arguments -> search.find(text, name, arguments);
      case "count" -> arguments -> search.count(text, arguments);
      case "expandtabs" -> arguments -> expandTabs(text, arguments);
      default -> asking(text, name);
    };
  }

  private static @Nullable Callable asking(String text, String name) {
    IntPredicate each =
        switch (name) {
          case "isdigit" -> StringCases::isDigit;
          case "isdecimal" -> c -> Character.getType(c) == Character.DECIMAL_DIGIT_NUMBER;
          case "isnumeric" -> StringCases::isNumeric;
          case "isalpha" -> Character::isLetter;
          case "isalnum" -> c -> Character.isLetter(c) || StringCases.isNumeric(c);
          case "isspace" -> CodePoints::isSpace;
          default -> null;
        };
    if (each != null) {
      return arguments -> !text.isEmpty() && text.codePoints().allMatch(each);
    }
    return switch (name) {
      case "isascii" -> arguments -> text.codePoints().allMatch(c -> c < 0x80);
      case "isprintable" -> arguments -> text.codePoints().allMatch(PythonText::printable);
      case "islower" -> arguments -> StringCases.isLower(text);
      case "isupper" -> arguments -> StringCases.isUpper(text);
      case "istitle" ->
          arguments ->
              text.codePoints().anyMatch(Character::isLetter)
                  && StringCases.title(text).equals(text);
      case "isidentifier" ->
          arguments ->
              !text.isEmpty()
                  && (Character.isUnicodeIdentifierStart(text.codePointAt(0))
                      || text.charAt(0) == '_')
                  && text.codePoints().allMatch(Character::isUnicodeIdentifierPart);
      default -> null;
    };
  }

  private Object strip(String text, Arguments arguments, boolean left, boolean right) {
    Object set = arguments.get(0, "chars", None.NONE);
    boolean blanks = set == None.NONE;
    if (!blanks && !(set instanceof String)) {
      throw new Failure("strip arg must be None or str");
    }
    return made(CodePoints.strip(text, PythonText.str(set), blanks, left, right));
  }

  private Object replace(String text, Arguments arguments) {
    String old = string(arguments, 0, "old");
    String with = string(arguments, 1, "new");
    return replace(text, old, with, arguments.integer(2, "count", -1), budget);
  }

  static String replace(String text, String old, String with, long most, Budget budget) {
    budget.make(text.length());
    StringBuilder replaced = new StringBuilder(text.length());
    long left = most < 0 ? Long.MAX_VALUE : most;
    int at = 0;
    if (old.isEmpty()) {
      for (; left > 0 && at <= text.length(); left--) {
        budget.make(with.length());
        replaced.append(with);
        if (at == text.length()) {
          return replaced.toString();
        }
        replaced.appendCodePoint(text.codePointAt(at));
        at += Character.charCount(text.codePointAt(at));
      }
      return replaced.append(text, at, text.length()).toString();
    }
    for (int i = text.indexOf(old); i >= 0 && left > 0; i = text.indexOf(old, at), left--) {
      budget.make(with.length());
      replaced.append(text, at, i).append(with);
      at = i + old.length();
    }
    return replaced.append(text, at, text.length()).toString();
  }

  private Object join(String separator, Arguments arguments) {
    List<Object> items = Values.items(arguments.required(0, "iterable"), budget);
    StringBuilder joined = new StringBuilder();
    for (int i = 0; i < items.size(); i++) {
      if (!(items.get(i) instanceof String item)) {
        throw new Failure(
            "sequence item "
                + i
                + ": expected str instance, "
                + Values.typeName(items.get(i))
                + " found");
      }
      budget.make((long) separator.length() + item.length());
      joined.append(i == 0 ? "" : separator).append(item);
    }
    return joined.toString();
  }

  private Object zfill(String text, Arguments arguments) {
    long missing = arguments.integer(0, "width", 0) - CodePoints.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.make(missing);
    boolean signed = text.startsWith("+") || text.startsWith("-");
    String sign = signed ? text.substring(0, 1) : "";
    return sign + "0".repeat((int) missing) + text.substring(sign.length());
  }

  private Object pad(String text, String name, Arguments arguments) {
    long width = arguments.integer(0, "width", 0);
    String fill = arguments.text(1, "fillchar", " ");
    if (CodePoints.length(fill) != 1) {
      throw new Failure("The fill character must be exactly one character long");
    }
    return pad(text, width, fill, name, budget);
  }

  static String pad(String text, long width, String fill, String where, Budget budget) {
    long missing = width - CodePoints.length(text);
    if (missing <= 0) {
      return text;
    }
    budget.make(text.length() + 2 * missing);
    long left =
        switch (where) {
          case "ljust" -> 0;
          case "rjust" -> missing;
          default -> missing / 2 + (missing & width & 1);
        };
    return fill.repeat((int) left) + text + fill.repeat((int) (missing - left));
  }

  private Object expandTabs(String text, Arguments arguments) {
    long size = Math.clamp(arguments.integer(0, "tabsize", 8), 0, 1 << 20);
    StringBuilder expanded = new StringBuilder();
    long column = 0;
    for (int c : text.codePoints().toArray()) {
      if (c == '\t') {
        long blanks = size == 0 ? 0 : size - column % size;
        budget.make(blanks);
        expanded.append(" ".repeat((int) blanks));
        column += blanks;
      } else {
        budget.make(1);
        expanded.appendCodePoint(c);
        column = c == '\n' || c == '\r' ? 0 : column + 1;
      }
    }
    return expanded.toString();
  }

  private String counted(String text) {
    budget.make(2L * text.length());
    return text;
  }

  private String made(String text) {
    budget.make(text.length());
    return text;
  }

  private static ListValue list(List<String> texts) {
    return new ListValue(new ArrayList<>(texts));
  }

  static String string(Arguments arguments, int index, String name) {
    Object value = arguments.required(index, name);
    if (value instanceof Undefined undefined) {
      throw undefined.failure();
    }
    if (!(value instanceof String text)) {
      throw new Failure("must be str, not " + Values.typeName(value));
    }
    return text;
  }
}
