package org.weft.tools.bench;

import java.util.Arrays;
import java.util.List;

/** Median and extremes of a few measurements. */
public record Figures(double median, double min, double max) {
  public static Figures of(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
    Arrays.sort(sorted);
    int middle = sorted.length / 2;
    double median =
        sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    return new Figures(median, sorted[0], sorted[sorted.length - 1]);
  }
}
