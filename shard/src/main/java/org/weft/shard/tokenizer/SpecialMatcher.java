package org.weft.shard.tokenizer;

import java.util.Arrays;
import java.util.BitSet;

/**
 * Finds special tokens in text: at each place the longest one. A trie whose edges live in a {@link
 * PairTable}, so that a thousand reserved tokens with one beginning cost no more than one.
 */
final class SpecialMatcher {
  private final PairTable edges = new PairTable(1024);
  private final BitSet first = new BitSet();
  private int[] tokens = new int[1024];
  private int nodes = 1;

  SpecialMatcher() {
    Arrays.fill(tokens, -1);
  }

  void add(String text, int id) {
    if (text.isEmpty()) {
      return;
    }
    first.set(text.charAt(0));
    int node = 0;
    for (int i = 0; i < text.length(); i++) {
      int place = edges.find(node, text.charAt(i));
      if (place >= 0) {
        node = edges.merged(place);
        continue;
      }
      if (nodes == tokens.length) {
        tokens = Arrays.copyOf(tokens, nodes * 2);
        Arrays.fill(tokens, nodes, tokens.length, -1);
      }
      edges.put(node, text.charAt(i), 0, nodes);
      node = nodes++;
    }
    tokens[node] = id; // of several that are written alike the last, as in the vocabulary
  }

  boolean isEmpty() {
    return first.isEmpty();
  }

  /** The longest token that begins at {@code i}; -1 if none does. */
  int match(String text, int i) {
    if (!first.get(text.charAt(i))) {
      return -1;
    }
    int found = -1;
    int node = 0;
    for (int j = i; j < text.length(); j++) {
      int place = edges.find(node, text.charAt(j));
      if (place < 0) {
        break;
      }
      node = edges.merged(place);
      found = tokens[node] >= 0 ? tokens[node] : found;
    }
    return found;
  }
}
