package org.weft.node.serving;

import com.google.protobuf.ByteString;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.weft.protocol.ProtocolException;
import org.weft.protocol.RowCodec;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.RowFormat;
import org.weft.shard.ShardException;

/**
 * One pass through the blocks: wire bytes into the batch, the blocks, the batch into wire bytes. A
 * session whose rows are bad fails alone; the others are computed again without it. The compute
 * thread's.
 */
final class ForwardPass {
  private static final System.Logger LOG = System.getLogger(ForwardPass.class.getName());

  private final SpanCompute compute;
  private final int width;

  ForwardPass(SpanCompute compute) {
    this.compute = compute;
    width = compute.width();
  }

  /** Gives every slice its bytes or its failure. All go through the same parts. */
  void run(List<Slice> slices) {
    FaultReason failure = attempt(slices);
    if (failure == null) {
      return;
    }
    List<List<Slice>> sessions = bySession(slices);
    if (sessions.size() == 1) {
      fail(slices, failure);
      return;
    }
    for (List<Slice> alone : sessions) {
      FaultReason own = attempt(alone);
      if (own != null) {
        fail(alone, own);
      }
    }
  }

  /** Null where all went well, apart from slices that never entered the batch. */
  private @Nullable FaultReason attempt(List<Slice> slices) {
    try {
      int rows = fill(slices);
      if (rows > 0) {
        forward(slices.getFirst().plan().parts(), rows);
        encode(slices);
      }
      return null;
    } catch (ShardException e) {
      return FaultReason.of(e);
    } catch (ProtocolException e) {
      return FaultReason.of(e);
    } catch (RuntimeException | Error e) {
      // A fault of ours: the session ends with a sentence, the trace stays here. Errors, too: the
      // sessions of everybody hang once the compute thread has gone.
      LOG.log(System.Logger.Level.ERROR, "a forward pass failed", e);
      return FaultReason.passing(
          FaultCode.FAULT_CODE_INTERNAL, "The blocks failed; the node's log says how.");
    }
  }

  private int fill(List<Slice> slices) {
    compute.clear();
    MemorySegment hidden = compute.hidden(); // f32 [maxRows, width]
    int rows = 0;
    StepFlow failed = null;
    for (Slice slice : slices) {
      if (slice.flow() == failed || slice.failure() != null) {
        continue;
      }
      try {
        load(slice, hidden.asSlice((long) rows * width * Float.BYTES));
        slice.putAt(rows);
        rows += slice.rows();
      } catch (ProtocolException e) {
        failed = slice.flow();
        slice.fail(FaultReason.of(e));
      } catch (ShardException e) {
        failed = slice.flow();
        slice.fail(FaultReason.of(e));
      }
    }
    return rows;
  }

  private void load(Slice slice, MemorySegment into) {
    RowFormat format = slice.plan().in();
    int rowBytes = (int) RowCodec.bytes(format, 1, width);
    ByteString wire =
        slice
            .step()
            .step()
            .getHidden()
            .substring(slice.done() * rowBytes, (slice.done() + slice.rows()) * rowBytes);
    RowCodec.decode(format, wire, slice.rows(), width, into);
    SpanCache cache = slice.flow().cache();
    if (slice.first() && cache.length() > slice.position()) {
      cache.truncate(slice.position());
    }
    compute.add(cache, slice.position(), slice.rows());
  }

  private void forward(List<HopPlan.Part> parts, int rows) {
    for (HopPlan.Part part : parts) {
      compute.forward(part.blocks());
      if (part.after() != RowFormat.ROW_FORMAT_F32) {
        RowCodec.round(part.after(), compute.hidden(), rows, width);
      }
    }
  }

  private void encode(List<Slice> slices) {
    MemorySegment hidden = compute.hidden();
    for (Slice slice : slices) {
      int rows = slice.rowsOut();
      if (slice.failure() == null && rows > 0) {
        long first = slice.at() + slice.rows() - rows;
        slice.encoded(
            RowCodec.encode(
                slice.plan().out(), hidden.asSlice(first * width * Float.BYTES), rows, width));
      }
    }
  }

  private static List<List<Slice>> bySession(List<Slice> slices) {
    List<List<Slice>> sessions = new ArrayList<>();
    StepFlow last = null;
    for (Slice slice : slices) {
      if (slice.flow() != last) {
        last = slice.flow();
        sessions.add(new ArrayList<>());
      }
      sessions.getLast().add(slice);
    }
    return sessions;
  }

  private static void fail(List<Slice> slices, FaultReason reason) {
    for (Slice slice : slices) {
      if (slice.failure() == null) {
        slice.fail(reason);
      }
    }
  }
}
