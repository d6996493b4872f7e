package org.weft.shard.model;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import org.weft.shard.kernel.Kernels;

/**
 * Prints the digest of the embedded model's logits for one prompt, the first part in chunks and the
 * rest token by token, as answers go, while the JVM goes from interpreting to compiled code. It
 * must be {@link #pinned} on every processor, at every vector width and with every compiler. Last
 * on the line stand the JVM's flags that matter, as they are. Arguments: model file, rounds.
 */
final class LogitsDigest {
  /** Ends within the third KV page. */
  private static final int[] IDS = new int[75];

  static {
    for (int i = 0; i < IDS.length; i++) {
      IDS[i] = 3 + i * 2_654_435 % 4_000;
    }
  }

  /** Where each chunk begins; from the last one on, tokens go one by one. */
  private static final int[] CHUNKS = {0, 32, 55, 60};

  /** The prompt. */
  static int[] ids() {
    return IDS.clone();
  }

  /**
   * What all logits must give. It may change only with the definition of the arithmetic or with the
   * model, never with the code that computes it.
   */
  static String pinned() {
    String name = "demo-logits.sha256";
    try (InputStream in = Objects.requireNonNull(LogitsDigest.class.getResourceAsStream(name))) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII).strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String compute(Pipeline pipeline) {
    float[][] logits = new float[IDS.length][];
    List<KvCache> session = pipeline.open(IDS.length);
    for (int i = 0; i < CHUNKS.length; i++) {
      boolean last = i + 1 == CHUNKS.length;
      int step = last ? 1 : CHUNKS[i + 1] - CHUNKS[i];
      for (int from = CHUNKS[i]; from < (last ? IDS.length : CHUNKS[i + 1]); from += step) {
        int[] part = Arrays.copyOfRange(IDS, from, from + step);
        float[][] found = pipeline.logits(pipeline.step(session, from, part), step);
        System.arraycopy(found, 0, logits, from, step);
      }
    }
    session.forEach(KvCache::close);
    return Pipeline.digest(logits);
  }

  /** {@code NAME=VALUE} as this JVM has it; VALUE is {@code none} where it has no such flag. */
  private static String flag(String name) {
    try {
      return name
          + '='
          + ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class)
              .getVMOption(name)
              .getValue();
    } catch (IllegalArgumentException noSuchFlag) {
      return name + "=none";
    }
  }

  public static void main(String[] args) {
    String wrong = "";
    try (Pipeline pipeline = new Pipeline(Path.of(args[0]), Kernels.VECTOR, 2, KvType.F16)) {
      for (int round = 0; round < Integer.parseInt(args[1]) && wrong.isEmpty(); round++) {
        String digest = compute(pipeline);
        wrong = digest.equals(pinned()) ? "" : "round " + round + " gave " + digest + " and not ";
      }
    }
    System.out.println(
        wrong
            + pinned()
            + (wrong.isEmpty() ? " as pinned, " : ", ")
            + flag("UseAVX")
            + ' '
            + flag("MaxVectorSize"));
    System.exit(wrong.isEmpty() ? 0 : 1);
  }

  private LogitsDigest() {}
}
