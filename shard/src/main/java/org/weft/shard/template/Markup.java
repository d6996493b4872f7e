package org.weft.shard.template;

import java.util.Map;
import java.util.regex.Pattern;

/** HTML in and out of text. */
final class Markup {
  private static final Pattern ENTITY =
      Pattern.compile("&(#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[a-z]{2,4});");
  private static final Map<String, String> NAMED =
      Map.of("lt", "<", "gt", ">", "amp", "&", "quot", "\"", "apos", "'", "nbsp", "\u00A0");

  static String escape(String text) {
    StringBuilder out = new StringBuilder(text.length());
    for (int i = 0; i < text.length(); i++) {
      switch (text.charAt(i)) {
        case '&' -> out.append("&amp;");
        case '<' -> out.append("&lt;");
        case '>' -> out.append("&gt;");
        case '"' -> out.append("&#34;");
        case '\'' -> out.append("&#39;");
        default -> out.append(text.charAt(i));
      }
    }
    return out.toString();
  }

  /** Without comments and tags, blanks drawn together, entities as characters. */
  static String stripTags(String text) {
    String bare = without(without(text, "<!--", "-->"), "<", ">");
    String[] words = CodePoints.strip(bare, "", true, true, true).split("\\s+", -1);
    return ENTITY
        .matcher(String.join(" ", words))
        .replaceAll(match -> {
          String name = match.group(1);
          String plain = name.startsWith("#") ? character(name.substring(1)) : NAMED.get(name);
          return java.util.regex.Matcher.quoteReplacement(plain == null ? match.group() : plain);
        });
  }

  private static String character(String number) {
    boolean hex = number.startsWith("x") || number.startsWith("X");
    int c = Integer.parseInt(hex ? number.substring(1) : number, hex ? 16 : 10);
    return Character.isValidCodePoint(c) && c != 0 ? Character.toString(c) : "\uFFFD";
  }

  private static String without(String text, String open, String close) {
    StringBuilder out = new StringBuilder(text.length());
    int from = 0;
    for (int i = text.indexOf(open); i >= 0; i = text.indexOf(open, from)) {
      int end = text.indexOf(close, i + open.length());
      if (end < 0) {
        break;
      }
      out.append(text, from, i);
      from = end + close.length();
    }
    return out.append(text.substring(from)).toString();
  }

  private Markup() {}
}
