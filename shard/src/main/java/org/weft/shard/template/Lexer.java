package org.weft.shard.template;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.weft.shard.template.Token.Kind;

/**
 * Cuts a template into tokens as jinja2's lexer does with trim_blocks and lstrip_blocks: the first
 * line end after a block tag goes, and blanks before one at the beginning of a line.
 */
final class Lexer {
  private final String source;
  private final List<Token> tokens = new ArrayList<>();
  private int at;
  private int line = 1;

  /** Whether what comes next begins a line, so that blanks before a tag may go. */
  private boolean lineStarting = true;

  private Lexer(String source) {
    this.source = source;
  }

  static List<Token> tokens(String template) {
    String source = template.replace("\r\n", "\n").replace('\r', '\n');
    if (source.endsWith("\n")) {
      source = source.substring(0, source.length() - 1);
    }
    Lexer lexer = new Lexer(source);
    lexer.run();
    return lexer.tokens;
  }

  private void run() {
    while (at < source.length()) {
      int tag = nextTag(at);
      if (tag < 0) {
        data(source.substring(at));
        at = source.length();
        break;
      }
      char kind = source.charAt(tag + 1);
      String text = source.substring(at, tag);
      int after = tag + 2;
      char sign = sign(after);
      after += sign == 0 ? 0 : 1;
      String kept = leading(text, sign, kind == '{');
      data(kept);
      skipLines(text.substring(kept.length()));
      at = after;
      switch (kind) {
        case '{' -> inside(Kind.VARIABLE_BEGIN, Kind.VARIABLE_END);
        case '#' -> comment();
        default -> {
          if (!raw()) {
            inside(Kind.BLOCK_BEGIN, Kind.BLOCK_END);
          }
        }
      }
    }
    tokens.add(new Token(Kind.END, "", line));
  }

  private int nextTag(int from) {
    for (int i = source.indexOf('{', from); i >= 0; i = source.indexOf('{', i + 1)) {
      if (i + 1 < source.length() && "{%#".indexOf(source.charAt(i + 1)) >= 0) {
        return i;
      }
    }
    return -1;
  }

  private char sign(int i) {
    char c = i < source.length() ? source.charAt(i) : 0;
    return c == '-' || c == '+' ? c : 0;
  }

  /** What of the text before a tag stays. */
  private String leading(String text, char sign, boolean variable) {
    if (sign == '-') {
      return CodePoints.strip(text, "", true, false, true);
    }
    int lineStart = text.lastIndexOf('\n') + 1;
    if (sign == '+' || variable || (lineStart == 0 && !lineStarting)) {
      return text;
    }
    boolean blank = CodePoints.strip(text.substring(lineStart), "", true, true, false).isEmpty();
    return blank ? text.substring(0, lineStart) : text;
  }

  private void data(String text) {
    if (!text.isEmpty()) {
      tokens.add(new Token(Kind.DATA, text, line));
      skipLines(text);
    }
  }

  private void skipLines(String text) {
    line += (int) text.chars().filter(c -> c == '\n').count();
  }

  /** From after the begin of a comment to after its end. */
  private void comment() {
    int end = source.indexOf("#}", at);
    if (end < 0) {
      throw new Failure("Missing end of comment tag", line, false);
    }
    skipLines(source.substring(at, end));
    char sign = end > at ? source.charAt(end - 1) : 0;
    at = end + 2;
    afterTag(sign, true);
  }

  /** After the end of a tag: what its sign, or trim_blocks, takes away. */
  private void afterTag(char sign, boolean trims) {
    int from = at;
    if (sign == '-') {
      while (at < source.length() && CodePoints.isSpace(source.charAt(at))) {
        at++;
      }
    } else if (trims && sign != '+' && source.startsWith("\n", at)) {
      at++;
    }
    skipLines(source.substring(from, at));
    lineStarting = source.charAt(at - 1) == '\n';
  }

  /** Takes a raw block whole, if one is here. */
  private boolean raw() {
    int i = skipSpace(at);
    if (!source.startsWith("raw", i)) {
      return false;
    }
    i = skipSpace(i + 3);
    boolean strips = source.startsWith("-%}", i);
    if (!strips && !source.startsWith("%}", i)) {
      return false;
    }
    skipLines(source.substring(at, i));
    at = i + (strips ? 3 : 2);
    afterTag(strips ? '-' : '+', false);
    for (int end = source.indexOf("{%", at); end >= 0; end = source.indexOf("{%", end + 2)) {
      char sign = sign(end + 2);
      int name = skipSpace(end + 2 + (sign == 0 ? 0 : 1));
      int close = source.startsWith("endraw", name) ? skipSpace(name + 6) : -1;
      char closeSign = close < 0 ? 0 : sign(close);
      int closed = close + (closeSign == 0 ? 0 : 1);
      if (close >= 0 && source.startsWith("%}", closed)) {
        String text = source.substring(at, end);
        String kept = leading(text, sign, false);
        data(kept);
        skipLines(text.substring(kept.length()) + source.substring(end, closed));
        at = closed + 2;
        afterTag(closeSign, true);
        return true;
      }
    }
    throw new Failure("Missing end of raw directive", line, false);
  }

  private int skipSpace(int i) {
    int j = i;
    while (j < source.length() && CodePoints.isSpace(source.charAt(j))) {
      j++;
    }
    return j;
  }

  /** The tokens of one tag, up to and with its end. */
  private void inside(Kind begin, Kind end) {
    boolean block = end == Kind.BLOCK_END;
    String close = block ? "%}" : "}}";
    tokens.add(new Token(begin, "", line));
    Deque<Character> open = new ArrayDeque<>();
    while (true) {
      int start = skipSpace(at);
      skipLines(source.substring(at, start));
      at = start;
      if (at == source.length()) {
        return;
      }
      char sign = sign(at);
      boolean signed = sign == '-' || (sign == '+' && block);
      int tagEnd = at + (signed ? 1 : 0);
      if (open.isEmpty() && source.startsWith(close, tagEnd)) {
        tokens.add(new Token(end, "", line));
        at = tagEnd + 2;
        afterTag(signed ? sign : 0, block);
        return;
      }
      token(open);
    }
  }

  private void token(Deque<Character> open) {
    char c = source.charAt(at);
    int start = at;
    if (c == '"' || c == '\'') {
      at = StringLiteral.end(source, at, line);
      String written = source.substring(start + 1, at - 1);
      tokens.add(new Token(Kind.STRING, StringLiteral.value(written, line), line));
      skipLines(written);
    } else if (c >= '0' && c <= '9') {
      boolean real = NumberLiteral.real(source, at);
      at = NumberLiteral.end(source, at, real);
      tokens.add(new Token(real ? Kind.FLOAT : Kind.INTEGER, source.substring(start, at), line));
    } else if (Character.isUnicodeIdentifierPart(source.codePointAt(at)) || c == '_') {
      while (at < source.length()
          && (Character.isUnicodeIdentifierPart(source.codePointAt(at))
              && !Character.isIdentifierIgnorable(source.codePointAt(at)))) {
        at += Character.charCount(source.codePointAt(at));
      }
      if (at == start) {
        throw unexpected(c);
      }
      tokens.add(new Token(Kind.NAME, source.substring(start, at), line));
    } else {
      operator(c, open);
    }
  }

  private void operator(char c, Deque<Character> open) {
    String two = source.substring(at, Math.min(source.length(), at + 2));
    String text =
        switch (two) {
          case "//", "**", "==", "!=", ">=", "<=" -> two;
          default -> String.valueOf(c);
        };
    if (text.length() == 1 && "+-/*%~[](){}><=.:|,;".indexOf(c) < 0) {
      throw unexpected(c);
    }
    switch (c) {
      case '(' -> open.push(')');
      case '[' -> open.push(']');
      case '{' -> open.push('}');
      case ')', ']', '}' -> {
        if (open.isEmpty()) {
          throw new Failure("unexpected '" + c + "'", line, false);
        }
        char expected = open.pop();
        if (expected != c) {
          throw new Failure("unexpected '" + c + "', expected '" + expected + "'", line, false);
        }
      }
      default -> {}
    }
    tokens.add(new Token(Kind.OPERATOR, text, line));
    at += text.length();
  }

  private Failure unexpected(char c) {
    return new Failure(
        "unexpected char " + PythonText.repr(String.valueOf(c)) + " at " + at, line, false);
  }
}
