package org.weft.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import java.util.EnumSet;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.weft.protocol.v1.FaultCode;
import org.weft.shard.ShardError;

class FaultCodesTest {
  /** Codes that share a wire code with a more general one. */
  private static final EnumSet<NodeError> MERGED =
      EnumSet.of(
          NodeError.NO_ROUTE,
          NodeError.WRONG_PEER,
          NodeError.ARGUMENT,
          NodeError.ADDRESS,
          NodeError.STORAGE);

  @ParameterizedTest
  @EnumSource(NodeError.class)
  void shouldComeBackAsItWentUnlessMerged(NodeError error) {
    FaultCode code = FaultCodes.of(error);
    assertNotEquals(FaultCode.FAULT_CODE_UNSPECIFIED, code);
    if (!MERGED.contains(error)) {
      assertEquals(error, FaultCodes.error(code));
    }
  }

  @ParameterizedTest
  @EnumSource(ShardError.class)
  void shouldHaveACodeForEveryFailureOfAModel(ShardError error) {
    assertNotEquals(FaultCode.FAULT_CODE_UNSPECIFIED, FaultCodes.of(error));
  }

  @ParameterizedTest
  @EnumSource(FaultCode.class)
  void shouldUnderstandEveryCodeOfThePeer(FaultCode code) {
    assertEquals(
        code == FaultCode.FAULT_CODE_INTERNAL, FaultCodes.error(code) == NodeError.INTERNAL);
  }
}
