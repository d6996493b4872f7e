package org.weft.shard.gguf;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The name of one part of a split model, as llama.cpp's {@code gguf-split} writes it: {@code
 * PREFIX-00002-of-00003.gguf}, numbered from 1.
 */
record SplitName(Path path, String prefix, int number, int count) {
  private static final Pattern PATTERN = Pattern.compile("(.*)-(\\d{5})-of-(\\d{5})\\.gguf");

  static Optional<SplitName> of(Path path) {
    Path name = path.getFileName();
    Matcher matcher = PATTERN.matcher(name == null ? "" : name.toString());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int number = Integer.parseInt(matcher.group(2));
    int count = Integer.parseInt(matcher.group(3));
    return Optional.of(new SplitName(path, matcher.group(1), number, count));
  }

  /** The path of another part, beside this one. */
  Path part(int number) {
    return path.resolveSibling(
        String.format(Locale.ROOT, "%s-%05d-of-%05d.gguf", prefix, number, count));
  }
}
