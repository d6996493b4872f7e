package org.weft.shard.model;

/** How far computed logits are from expected ones. */
record Difference(double max, double rms) {
  static Difference of(double[][] expected, float[][] actual) {
    double max = 0;
    double squares = 0;
    for (int t = 0; t < expected.length; t++) {
      for (int i = 0; i < expected[t].length; i++) {
        double off = Math.abs(expected[t][i] - actual[t][i]);
        max = off <= max ? max : off; // NaN counts as far off
        squares += off * off;
      }
    }
    return new Difference(max, Math.sqrt(squares / (expected.length * expected[0].length)));
  }
}
