package org.weft.shard.template;

import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.TextStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** C's strftime in the C locale, with glibc's flags. */
final class Strftime {
  static String format(String format, ZonedDateTime now, Budget budget) {
    budget.make(16L * format.length());
    StringBuilder out = new StringBuilder();
    for (int i = 0; i < format.length(); i++) {
      char c = format.charAt(i);
      if (c != '%' || i + 1 == format.length()) {
        out.append(c);
        continue;
      }
      int start = i++;
      char flag = "-_0^#".indexOf(format.charAt(i)) >= 0 ? format.charAt(i) : 0;
      if (flag != 0 && i + 1 < format.length()) {
        i++;
      }
      String text = conversion(format.charAt(i), now);
      out.append(text == null ? format.substring(start, i + 1) : flagged(text, flag));
    }
    return out.toString();
  }

  private static String flagged(String text, char flag) {
    return switch (flag) {
      case '-' -> {
        String bare = text.replaceFirst("^[0 ]+", "");
        yield bare.isEmpty() ? "0" : bare;
      }
      case '_' -> {
        int zeros = 0;
        while (zeros < text.length() - 1 && text.charAt(zeros) == '0') {
          zeros++;
        }
        yield " ".repeat(zeros) + text.substring(zeros);
      }
      case '^', '#' -> text.toUpperCase(Locale.ROOT);
      case '0' -> text.replace(' ', '0');
      default -> text;
    };
  }

  private static @org.jspecify.annotations.Nullable String conversion(char c, ZonedDateTime now) {
    int hour12 = now.getHour() % 12 == 0 ? 12 : now.getHour() % 12;
    int weekday = now.getDayOfWeek().getValue();
    return switch (c) {
      case 'Y' -> String.valueOf(now.getYear());
      case 'C' -> two(now.getYear() / 100);
      case 'y' -> two(now.getYear() % 100);
      case 'm' -> two(now.getMonthValue());
      case 'd' -> two(now.getDayOfMonth());
      case 'e' -> blankTwo(now.getDayOfMonth());
      case 'H' -> two(now.getHour());
      case 'I' -> two(hour12);
      case 'k' -> blankTwo(now.getHour());
      case 'l' -> blankTwo(hour12);
      case 'M' -> two(now.getMinute());
      case 'S' -> two(now.getSecond());
      case 'f' -> "%06d".formatted(now.getNano() / 1000);
      case 'j' -> "%03d".formatted(now.getDayOfYear());
      case 'p' -> now.getHour() < 12 ? "AM" : "PM";
      case 'P' -> now.getHour() < 12 ? "am" : "pm";
      case 'B' -> now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'b', 'h' ->
          now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
      case 'A' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
      case 'a' -> now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH).substring(0, 3);
      case 'u' -> String.valueOf(weekday);
      case 'w' -> String.valueOf(weekday % 7);
      case 'U' -> two((now.getDayOfYear() + 6 - weekday % 7) / 7);
      case 'W' -> two((now.getDayOfYear() + 6 - (weekday - 1)) / 7);
      case 'V' -> two(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
      case 'G' -> String.valueOf(now.get(IsoFields.WEEK_BASED_YEAR));
      case 'g' -> two(now.get(IsoFields.WEEK_BASED_YEAR) % 100);
      case 's' -> String.valueOf(now.getLong(ChronoField.INSTANT_SECONDS));
      // Python's datetime.now() knows no zone, and then these two are empty.
      case 'z', 'Z' -> "";
      case 'D', 'x' -> now.format(DateTimeFormatter.ofPattern("MM/dd/yy", Locale.ROOT));
      case 'F' -> now.format(DateTimeFormatter.ofPattern("uuuu-MM-dd", Locale.ROOT));
      case 'T', 'X' -> now.format(DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT));
      case 'R' -> now.format(DateTimeFormatter.ofPattern("HH:mm", Locale.ROOT));
      case 'r' ->
          two(hour12)
              + now.format(DateTimeFormatter.ofPattern(":mm:ss", Locale.ROOT))
              + (now.getHour() < 12 ? " AM" : " PM");
      case 'c' ->
          conversion('a', now)
              + " "
              + conversion('b', now)
              + " "
              + blankTwo(now.getDayOfMonth())
              + " "
              + conversion('T', now)
              + " "
              + now.getYear();
      case 'n' -> "\n";
      case 't' -> "\t";
      case '%' -> "%";
      default -> null;
    };
  }

  private static String two(int value) {
    return value < 10 ? "0" + value : String.valueOf(value);
  }

  private static String blankTwo(int value) {
    return value < 10 ? " " + value : String.valueOf(value);
  }

  private Strftime() {}
}
