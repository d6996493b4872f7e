package org.weft.shard.template;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.weft.shard.template.Filters.Filter;

/** Filters that make texts of texts. */
final class TextFilters {
  static void add(Map<String, Filter> all) {
    text(all, "upper", StringCases::upper);
    text(all, "lower", StringCases::lower);
    text(all, "capitalize", StringCases::capitalize);
    text(all, "title", TextFilters::title);
    text(all, "escape", Markup::escape);
    text(all, "e", Markup::escape);
    text(all, "forceescape", Markup::escape);
    text(all, "safe", text -> text);
    text(all, "string", text -> text);
    text(all, "striptags", Markup::stripTags);
    all.put("trim", TextFilters::trim);
    all.put("replace", TextFilters::replace);
    all.put("indent", TextFilters::indent);
    all.put("truncate", TextFilters::truncate);
    all.put("center", TextFilters::center);
    all.put("wordcount", (value, arguments, evaluator) -> wordCount(PythonText.str(value)));
    all.put("wordwrap", TextFilters::wrap);
    all.put("urlencode", TextFilters::urlEncode);
    all.put("xmlattr", TextFilters::xmlAttributes);
    all.put(
        "format",
        (value, arguments, evaluator) -> {
          Object values = new TupleValue(arguments.positional());
          if (!arguments.named().isEmpty()) {
            if (!arguments.positional().isEmpty()) {
              throw new Failure("can't handle positional and keyword arguments at the same time");
            }
            DictValue named = new DictValue();
            arguments.named().forEach(named::put);
            values = named;
          }
          return PercentFormat.format(PythonText.str(value), values, evaluator.budget());
        });
  }

  private interface TextToText {
    String apply(String text);
  }

  private static void text(Map<String, Filter> all, String name, TextToText function) {
    all.put(
        name,
        (value, arguments, evaluator) -> {
          arguments.check(name);
          String text = PythonText.str(value);
          evaluator.budget().make(text.length());
          String result = function.apply(text);
          evaluator.budget().make(result.length());
          return result;
        });
  }

  private static Object trim(Object value, Arguments arguments, Evaluator evaluator) {
    Object set = arguments.check("trim", "chars").get(0, "chars", None.NONE);
    String text = PythonText.str(value);
    evaluator.budget().make(text.length());
    return CodePoints.strip(text, PythonText.str(set), set == None.NONE, true, true);
  }

  private static Object replace(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("replace", "old", "new", "count");
    Object count = arguments.get(2, "count", None.NONE);
    return StringMethods.replace(
        PythonText.str(value),
        PythonText.str(arguments.required(0, "old")),
        PythonText.str(arguments.required(1, "new")),
        count == None.NONE ? -1 : Numbers.index(count),
        evaluator.budget());
  }

  /** Unlike the method of the same name, only blanks, hyphens and brackets begin a word. */
  private static String title(String text) {
    StringBuilder title = new StringBuilder(text.length());
    boolean begins = true;
    int start = 0;
    for (int i = 0; i <= text.length(); i++) {
      boolean separates =
          i < text.length()
              && (CodePoints.isSpace(text.charAt(i)) || "-({[<".indexOf(text.charAt(i)) >= 0);
      if (i == text.length() || separates) {
        title.append(begins ? titleWord(text.substring(start, i)) : text.substring(start, i));
        if (separates) {
          title.append(text.charAt(i));
        }
        start = i + 1;
        begins = true;
      }
    }
    return title.toString();
  }

  private static String titleWord(String word) {
    if (word.isEmpty()) {
      return word;
    }
    int first = Character.charCount(word.codePointAt(0));
    return StringCases.upper(word.substring(0, first)) + StringCases.lower(word.substring(first));
  }

  private static Object indent(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("indent", "width", "first", "blank");
    Object width = arguments.get(0, "width", 4L);
    evaluator.budget().make(width instanceof String ? 0 : Math.max(0, Numbers.index(width)));
    String step =
        width instanceof String text ? text : " ".repeat((int) Math.max(0, Numbers.index(width)));
    boolean first = arguments.flag(1, "first", false);
    boolean blank = arguments.flag(2, "blank", false);
    List<String> lines = CodePoints.lines(PythonText.str(value) + "\n", false);
    StringBuilder out = new StringBuilder(first ? step : "");
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i);
      evaluator.budget().make((long) line.length() + step.length() + 1);
      if (i > 0) {
        out.append('\n').append(blank || !line.isEmpty() ? step : "");
      }
      out.append(line);
    }
    return out.toString();
  }

  private static Object truncate(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("truncate", "length", "killwords", "end", "leeway");
    String text = PythonText.str(value);
    long length = arguments.integer(0, "length", 255);
    String end = arguments.text(2, "end", "...");
    Object leeway = arguments.get(3, "leeway", None.NONE);
    long keep = length - CodePoints.length(end);
    if (keep < 0) {
      throw new Failure("expected length >= " + CodePoints.length(end) + ", got " + length);
    }
    evaluator.budget().make(text.length());
    if (CodePoints.length(text) <= length + (leeway == None.NONE ? 5 : Numbers.index(leeway))) {
      return text;
    }
    String cut = CodePoints.substring(text, 0, (int) keep);
    int space = arguments.flag(1, "killwords", false) ? -1 : cut.lastIndexOf(' ');
    return (space < 0 ? cut : cut.substring(0, space)) + end;
  }

  private static Object center(Object value, Arguments arguments, Evaluator evaluator) {
    return StringMethods.pad(
        PythonText.str(value),
        arguments.check("center", "width").integer(0, "width", 80),
        " ",
        "center",
        evaluator.budget());
  }

  private static long wordCount(String text) {
    long count = 0;
    boolean inside = false;
    for (int i = 0; i < text.length(); i++) {
      int c = text.codePointAt(i);
      boolean word = Character.isLetter(c) || StringCases.isNumeric(c) || c == '_';
      count += word && !inside ? 1 : 0;
      inside = word;
    }
    return count;
  }

  private static Object wrap(Object value, Arguments arguments, Evaluator evaluator) {
    arguments.check("wordwrap", "width", "break_long_words", "wrapstring", "break_on_hyphens");
    Object joint = arguments.get(2, "wrapstring", None.NONE);
    long width = arguments.integer(0, "width", 79);
    if (width <= 0) {
      throw new Failure("invalid width " + width + " (must be > 0)");
    }
    boolean breaks = arguments.flag(1, "break_long_words", true);
    String newline = joint == None.NONE ? "\n" : PythonText.str(joint);
    List<String> wrapped = new ArrayList<>();
    for (String line : CodePoints.lines(PythonText.str(value), false)) {
      evaluator.budget().make(4L * line.length() + 1);
      wrapped.addAll(WordWrap.lines(line, (int) Math.min(width, 1 << 30), breaks));
      if (line.isEmpty()) {
        wrapped.add("");
      }
    }
    evaluator.budget().make((long) wrapped.size() * newline.length());
    return String.join(newline, wrapped);
  }

  private static Object urlEncode(Object value, Arguments arguments, Evaluator evaluator) {
    if (value instanceof String || !Values.iterable(value)) {
      String text = PythonText.str(value);
      evaluator.budget().make(3L * text.length());
      return quote(text, "/");
    }
    List<Object> pairs =
        value instanceof DictValue dict ? dict.pairs() : Values.items(value, evaluator.budget());
    StringBuilder out = new StringBuilder();
    for (Object pair : pairs) {
      List<Object> both = Values.items(pair, evaluator.budget());
      if (both.size() != 2) {
        throw new Failure("urlencode takes a text, a mapping or pairs");
      }
      String text =
          (out.isEmpty() ? "" : "&")
              + quote(PythonText.str(both.get(0)), "").replace("%20", "+")
              + "="
              + quote(PythonText.str(both.get(1)), "").replace("%20", "+");
      evaluator.budget().make(text.length());
      out.append(text);
    }
    return out.toString();
  }

  private static String quote(String text, String safe) {
    StringBuilder out = new StringBuilder();
    for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (b & 0xFF);
      boolean plain =
          (c < 0x80 && Character.isLetterOrDigit(c))
              || "_.-~".indexOf(c) >= 0
              || safe.indexOf(c) >= 0;
      if (plain) {
        out.append(c);
      } else {
        out.append("%%%02X".formatted((int) c));
      }
    }
    return out.toString();
  }

  private static Object xmlAttributes(Object value, Arguments arguments, Evaluator evaluator) {
    if (!(value instanceof DictValue dict)) {
      throw new Failure("xmlattr takes a mapping, not " + Values.typeName(value));
    }
    StringBuilder out = new StringBuilder();
    for (DictValue.Item item : dict.items()) {
      String key = PythonText.str(item.key());
      if (key.chars().anyMatch(c -> CodePoints.isSpace(c) || "/>=".indexOf(c) >= 0)) {
        throw new Failure("Invalid character in attribute name: " + PythonText.repr(key));
      }
      if (item.value() == None.NONE || item.value() instanceof Undefined) {
        continue;
      }
      String text = Markup.escape(key) + "=\"" + Markup.escape(PythonText.str(item.value())) + "\"";
      evaluator.budget().make(text.length());
      out.append(out.isEmpty() ? "" : " ").append(text);
    }
    boolean spaced = arguments.check("xmlattr", "autospace").flag(0, "autospace", true);
    return (spaced && !out.isEmpty() ? " " : "") + out;
  }

  private TextFilters() {}
}
