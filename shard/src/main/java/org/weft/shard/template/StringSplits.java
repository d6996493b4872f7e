package org.weft.shard.template;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Python's str.split and str.rsplit. */
final class StringSplits {
  static List<String> split(String text, Arguments arguments) {
    arguments.check("split", "sep", "maxsplit");
    long most = most(arguments);
    Object separator = arguments.get(0, "sep", None.NONE);
    return separator == None.NONE ? words(text, most) : split(text, text(separator), most);
  }

  static List<String> rsplit(String text, Arguments arguments) {
    arguments.check("rsplit", "sep", "maxsplit");
    long most = most(arguments);
    Object separator = arguments.get(0, "sep", None.NONE);
    return separator == None.NONE ? wordsFromEnd(text, most) : rsplit(text, text(separator), most);
  }

  private static long most(Arguments arguments) {
    long most = arguments.integer(1, "maxsplit", -1);
    return most < 0 ? Long.MAX_VALUE : most;
  }

  private static String text(Object separator) {
    if (!(separator instanceof String text)) {
      throw new Failure("must be str or None, not " + Values.typeName(separator));
    }
    if (text.isEmpty()) {
      throw new Failure("empty separator");
    }
    return text;
  }

  private static List<String> split(String text, String separator, long most) {
    List<String> parts = new ArrayList<>();
    int from = 0;
    for (int i = text.indexOf(separator); i >= 0 && parts.size() < most; ) {
      parts.add(text.substring(from, i));
      from = i + separator.length();
      i = text.indexOf(separator, from);
    }
    parts.add(text.substring(from));
    return parts;
  }

  private static List<String> rsplit(String text, String separator, long most) {
    List<String> parts = new ArrayList<>();
    int end = text.length();
    while (parts.size() < most) {
      int i = end < separator.length() ? -1 : text.lastIndexOf(separator, end - separator.length());
      if (i < 0) {
        break;
      }
      parts.add(text.substring(i + separator.length(), end));
      end = i;
    }
    parts.add(text.substring(0, end));
    Collections.reverse(parts);
    return parts;
  }

  private static List<String> words(String text, long most) {
    List<String> parts = new ArrayList<>();
    int i = 0;
    while (true) {
      while (i < text.length() && CodePoints.isSpace(text.charAt(i))) {
        i++;
      }
      if (i == text.length()) {
        return parts;
      }
      if (parts.size() == most) {
        parts.add(text.substring(i));
        return parts;
      }
      int start = i;
      while (i < text.length() && !CodePoints.isSpace(text.charAt(i))) {
        i++;
      }
      parts.add(text.substring(start, i));
    }
  }

  private static List<String> wordsFromEnd(String text, long most) {
    List<String> parts = new ArrayList<>();
    int i = text.length();
    while (true) {
      while (i > 0 && CodePoints.isSpace(text.charAt(i - 1))) {
        i--;
      }
      if (i == 0) {
        break;
      }
      if (parts.size() == most) {
        parts.add(text.substring(0, i));
        break;
      }
      int end = i;
      while (i > 0 && !CodePoints.isSpace(text.charAt(i - 1))) {
        i--;
      }
      parts.add(text.substring(i, end));
    }
    Collections.reverse(parts);
    return parts;
  }

  private StringSplits() {}
}
