package org.weft.shard.kernel;

import com.sun.management.HotSpotDiagnosticMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

/**
 * A family of kernels. Both give the same bits; the scalar one is the specification, the vector one
 * is fast.
 */
public enum Kernels {
  /** Plain Java, one element at a time: the definition that the other family is held to. */
  SCALAR,
  /** The Vector API at the width that the machine prefers. */
  VECTOR;

  /** System property that names the family: {@code auto} (the default), vector or scalar. */
  public static final String PROPERTY = "weft.kernels";

  /** System property that allows a machine without fused multiply-add, about 100 times slower. */
  public static final String ALLOW_SLOW_FMA = "weft.allow-slow-fma";

  /**
   * The family that {@link #PROPERTY} asks for.
   *
   * @throws ShardException ARGUMENT for an unknown name, UNSUPPORTED on a machine without FMA
   *     unless {@link #ALLOW_SLOW_FMA} is true
   */
  public static Kernels chosen() {
    return chosen(
        System.getProperty(PROPERTY, "auto"),
        fusedMultiplyAdd(),
        Boolean.getBoolean(ALLOW_SLOW_FMA));
  }

  static Kernels chosen(String name, boolean fusedMultiplyAdd, boolean slowAllowed) {
    Kernels family = named(name);
    if (!fusedMultiplyAdd && !slowAllowed) {
      throw new ShardException(
          ShardError.UNSUPPORTED,
          "this processor (or this JVM's flags) has no fused multiply-add, without which Weft is"
              + " about 100 times slower: use another machine, or start the JVM with -D"
              + ALLOW_SLOW_FMA
              + "=true to go on all the same");
    }
    return family;
  }

  /** The family of that name; {@code auto} is {@link #VECTOR}. */
  public static Kernels named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "auto", "vector" -> VECTOR;
      case "scalar" -> SCALAR;
      default ->
          throw new ShardException(
              ShardError.ARGUMENT, "no kernels called \"" + name + "\": auto, vector or scalar");
    };
  }

  /** Whether {@link Math#fma} is one instruction here. A JVM that cannot say is believed. */
  public static boolean fusedMultiplyAdd() {
    HotSpotDiagnosticMXBean flags =
        ManagementFactory.getPlatformMXBean(HotSpotDiagnosticMXBean.class);
    if (flags == null) {
      return true;
    }
    try {
      return Boolean.parseBoolean(flags.getVMOption("UseFMA").getValue());
    } catch (IllegalArgumentException noSuchFlag) {
      return true;
    }
  }
}
