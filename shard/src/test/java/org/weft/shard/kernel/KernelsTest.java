package org.weft.shard.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import org.junit.jupiter.api.Test;
import org.weft.shard.ShardError;
import org.weft.shard.ShardException;

class KernelsTest {
  @Test
  void shouldTakeTheFamilyThatIsAskedForAndTheVectorOneByDefault() {
    assertEquals(Kernels.SCALAR, Kernels.chosen("scalar", true, false));
    assertEquals(Kernels.VECTOR, Kernels.chosen("VECTOR", true, false));
    assertEquals(Kernels.VECTOR, Kernels.chosen("auto", true, false));
    ShardException unknown =
        assertThrows(ShardException.class, () -> Kernels.chosen("cuda", true, false));
    assertEquals(ShardError.ARGUMENT, unknown.error());
  }

  @Test
  void shouldRefuseAMachineWithoutFusedMultiplyAddUnlessAllowed() {
    ShardException refused =
        assertThrows(ShardException.class, () -> Kernels.chosen("auto", false, false));
    assertEquals(ShardError.UNSUPPORTED, refused.error());
    assertTrue(String.valueOf(refused.getMessage()).contains("-D" + Kernels.ALLOW_SLOW_FMA));
    assertEquals(Kernels.SCALAR, Kernels.chosen("scalar", false, true));
  }
}
