package org.weft.node.serving;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.weft.crypto.NodeId;
import org.weft.node.ticket.TicketFixture;

final class OutputLogTest {
  private static final int ROW = 2;
  private static final NodeId A = TicketFixture.key().id();
  private static final NodeId B = TicketFixture.key().id();
  private final OutputLog log = new OutputLog(ROW, 20);

  /** Row p is the bytes (p, mark). */
  private static ByteString rows(int from, int count, int mark) {
    byte[] bytes = new byte[count * ROW];
    for (int i = 0; i < count; i++) {
      bytes[i * ROW] = (byte) (from + i);
      bytes[i * ROW + 1] = (byte) mark;
    }
    return ByteString.copyFrom(bytes);
  }

  private void append(int from, int count, int mark) {
    log.append(from, count, rows(from, count, mark));
  }

  @Test
  void shouldGiveBackWhatWasAppendedWhateverThePieces() {
    append(0, 3, 1);
    append(3, 1, 1);
    append(4, 5, 1);
    for (int most : new int[] {1, 2, 4, 100}) {
      int at = 2;
      for (OutputLog.Rows piece : log.read(2, 8, most)) {
        assertEquals(at, piece.from());
        assertTrue(piece.count() <= most);
        assertEquals(rows(at, piece.count(), 1), piece.bytes());
        at += piece.count();
      }
      assertEquals(8, at);
    }
    assertEquals(List.of(), log.read(4, 4, 3));
  }

  @Test
  void shouldForgetTheOldestWhenItIsFull() {
    append(0, 6, 1);
    append(6, 4, 1);
    assertEquals(0, log.start());
    append(10, 1, 1);
    assertEquals(6, log.start());
    assertEquals(11, log.end());
    assertEquals(10, log.bytes());
    append(11, 11, 1);
    assertEquals(22, log.start());
    assertEquals(22, log.end());
    assertEquals(0, log.bytes());
  }

  @Test
  void shouldReplaceWhatIsOverwritten() {
    append(0, 4, 1);
    append(4, 4, 1);
    append(2, 3, 2);
    assertEquals(5, log.end());
    assertEquals(10, log.bytes());
    assertEquals(rows(0, 2, 1).concat(rows(2, 3, 2)), log.read(0, 5, 100).getFirst().bytes());
    log.cut(1);
    assertEquals(1, log.end());
    assertEquals(2, log.bytes());
    log.cut(0);
    assertEquals(0, log.bytes());
  }

  @Test
  void shouldKeepNoMoreMemoryThanItCountsWhenItIsCut() throws IOException {
    append(0, 10, 1);
    log.cut(7);
    log.cut(2);
    assertEquals(4, log.bytes());
    assertEquals(4, Backing.bytes(log.read(0, 2, 2).getFirst().bytes()));
  }

  @Test
  void shouldKeepNothingAcrossAHole() {
    append(0, 4, 1);
    append(6, 2, 1);
    assertEquals(6, log.start());
    assertEquals(8, log.end());
  }

  @Test
  void shouldShareOutOnlyWhatThereIs() {
    LogBudget budget = new LogBudget(10, 1);
    assertEquals(7, budget.grant(A, A, 7).bytes());
    LogBudget.Grant rest = budget.grant(A, A, 7);
    assertEquals(3, rest.bytes());
    assertEquals(0, budget.grant(B, B, 7).bytes());
    budget.giveBack(rest);
    assertEquals(3, budget.grant(B, B, 5).bytes());
  }

  @Test
  void shouldLeaveSomethingToOthersWhenOnePeerMayHaveAShareAlone() {
    LogBudget budget = new LogBudget(10, 0.5);
    LogBudget.Grant ofA = budget.grant(A, A, 7);
    assertEquals(5, ofA.bytes());
    assertEquals(0, budget.grant(A, B, 1).bytes());
    assertEquals(0, budget.grant(B, A, 1).bytes());
    assertEquals(5, budget.grant(B, B, 7).bytes());
    budget.giveBack(ofA);
    assertEquals(4, budget.grant(A, A, 4).bytes());
  }
}
