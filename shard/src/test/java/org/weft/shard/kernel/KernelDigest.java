package org.weft.shard.kernel;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.MemorySegment;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.weft.shard.gguf.TensorType;

/**
 * Prints one digest of the results of all kernels on fixed inputs, round after round, while the JVM
 * goes from interpreting to compiled code. It must be {@link #PINNED} on every processor, at every
 * vector width and with every compiler. Arguments: family of kernels, rounds.
 */
final class KernelDigest {
  /** What every machine must print. */
  static final String PINNED = "cc42b0659e49105c42c44c6c7a4f7f58deb6d34bb29e646d0ac09ee51a76a00f";

  private static final int ROWS = 40;
  private static final int[] TOKENS = {1, 2, 9};

  private final Kernels kernels;
  private final MessageDigest sha;

  private KernelDigest(Kernels kernels) throws NoSuchAlgorithmException {
    this.kernels = kernels;
    this.sha = MessageDigest.getInstance("SHA-256");
  }

  static String compute(Kernels kernels) throws NoSuchAlgorithmException {
    KernelDigest digest = new KernelDigest(kernels);
    try (ComputePool pool = new ComputePool(1, kernels)) {
      for (TensorType type : TensorType.values()) {
        digest.products(type, pool);
      }
    }
    for (KvFormat format : KvFormat.values()) {
      digest.attention(format);
    }
    digest.rows();
    return HexFormat.of().formatHex(digest.sha.digest());
  }

  private void products(TensorType type, ComputePool pool) {
    int cols = type.blockElements() == 1 ? 1060 : 1280;
    try (PackedMatrix w = RandomBlocks.matrix(type, ROWS, cols, type.id(), pool)) {
      for (int tokens : TOKENS) {
        try (Activations x = new Activations(kernels, tokens, cols)) {
          x.values().copyFrom(Buffers.random((long) tokens * cols, tokens));
          if (w.quantized()) {
            x.quantize(0, tokens, 0, cols);
          }
          MemorySegment y = Buffers.floats((long) tokens * ROWS);
          MatMul.rows(w, x, 0, ROWS, y, ROWS);
          update(y);
        }
      }
      MemorySegment row = Buffers.floats(cols);
      w.dequantize(ROWS - 1, row);
      update(row);
    }
  }

  private void attention(KvFormat format) {
    for (int window : new int[] {Integer.MAX_VALUE, 37}) {
      AttentionShape shape = new AttentionShape(format, 3, 1, 40, 0.16f, 0f, window);
      PagedKv kv = new PagedKv(shape, 300, 1);
      Attention attention = new Attention(kernels, shape);
      update(kv.attend(attention, kv.queries(1, 2), 290, 1));
      update(kv.attend(attention, kv.queries(5, 3), 254, 5));
    }
  }

  private void rows() {
    int n = 1003;
    MemorySegment x = Buffers.random(n, 1);
    MemorySegment y = Buffers.random(n, 2);
    MemorySegment out = Buffers.floats(n);
    Norms.rms(kernels, x, 0, y, n, 1e-5f, out, 0);
    update(out);
    Elementwise.siluMultiply(kernels, x, 0, y, 0, n, out, 0);
    Elementwise.add(kernels, out, 0, x, 0, n);
    update(out);
    for (Rope.Pairing pairing : Rope.Pairing.values()) {
      Rope.apply(kernels, pairing, out, 0, 5, 100, 64, x, 0, y, 0);
    }
    update(out);
    MemorySegment wide = Buffers.floats(n);
    for (int i = 0; i < n; i++) {
      // Every exponent from tiny to huge, both signs.
      wide.setAtIndex(JAVA_FLOAT, i, Float.intBitsToFloat(i * 4_279_001 + (i << 31)));
      if (Float.isNaN(wide.getAtIndex(JAVA_FLOAT, i))) {
        wide.setAtIndex(JAVA_FLOAT, i, i);
      }
    }
    for (Elementwise.Function function : Elementwise.Function.values()) {
      Elementwise.map(kernels, function, wide, 0, n, out, 0);
      update(out);
    }
  }

  private void update(MemorySegment buffer) {
    sha.update(buffer.toArray(JAVA_BYTE));
  }

  public static void main(String[] args) throws NoSuchAlgorithmException {
    Kernels kernels = Kernels.named(args.length > 0 ? args[0] : "vector");
    int rounds = args.length > 1 ? Integer.parseInt(args[1]) : 3;
    String first = compute(kernels);
    for (int round = 1; round < rounds; round++) {
      String next = compute(kernels);
      if (!next.equals(first)) {
        System.out.println("round " + round + " gave " + next + " after " + first);
        System.exit(1);
      }
    }
    String verdict = first.equals(PINNED) ? " as pinned" : " and not " + PINNED;
    System.out.println(first + verdict + ", " + kernels + " of " + 32 * Lanes.COUNT + " bits");
    System.exit(first.equals(PINNED) ? 0 : 1);
  }
}
