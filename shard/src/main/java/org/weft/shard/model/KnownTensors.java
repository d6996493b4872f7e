package org.weft.shard.model;

import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.weft.shard.gguf.GgufFile;
import org.weft.shard.gguf.TensorInfo;
import org.weft.shard.model.BlockPlan.TensorPlan;

/**
 * Whether every tensor of a file has its place in the model. Leaving one out would compute another
 * model than the file's, in silence; so all of them are looked at, by whoever loads any span.
 */
final class KnownTensors {
  private static final Set<String> ENDS =
      Set.of(
          EndsPlan.EMBEDDING,
          EndsPlan.OUTPUT_NORM,
          EndsPlan.OUTPUT,
          RopeFrequencies.FACTORS_TENSOR);

  private static final Pattern OF_BLOCK = Pattern.compile("blk\\.(0|[1-9][0-9]{0,5})\\.(.+)");

  /** An old name for the frequencies, which are computed. */
  private static final String OLD_FREQUENCIES = "attn_rot_embd";

  private KnownTensors() {}

  /** Refuses, with UNSUPPORTED, a tensor that no block and no end uses, or that is not read. */
  static void check(GgufFile file, int blocks, BlockPlan plan) {
    Set<String> roles =
        plan.tensors().stream()
            .map(TensorPlan::role)
            .map(BlockPlan.Role::suffix)
            .collect(Collectors.toSet());
    for (TensorInfo tensor : file.tensors()) {
      if (!ENDS.contains(tensor.name())) {
        checkOfBlock(tensor.name(), blocks, roles);
      }
      tensor.computedType();
    }
  }

  private static void checkOfBlock(String name, int blocks, Set<String> roles) {
    Matcher of = OF_BLOCK.matcher(name);
    boolean known =
        of.matches() && (roles.contains(of.group(2)) || of.group(2).startsWith(OLD_FREQUENCIES));
    if (!known) {
      throw ArchitectureKeys.unsupported(
          "the tensor "
              + ArchitectureKeys.printable(name)
              + " has no place in this architecture: without it another model would be computed");
    }
    if (Integer.parseInt(of.group(1)) >= blocks) {
      throw ArchitectureKeys.unsupported(
          "the tensor "
              + ArchitectureKeys.printable(name)
              + " is beyond the model's "
              + blocks
              + " blocks: without it another model would be computed");
    }
  }
}
