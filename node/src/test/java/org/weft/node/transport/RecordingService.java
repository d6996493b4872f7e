package org.weft.node.transport;

import com.google.protobuf.ByteString;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.weft.crypto.NodeId;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.protocol.v1.Close;
import org.weft.protocol.v1.Closed;
import org.weft.protocol.v1.Collect;
import org.weft.protocol.v1.Collected;
import org.weft.protocol.v1.Collecting;
import org.weft.protocol.v1.Down;
import org.weft.protocol.v1.ExchangeReply;
import org.weft.protocol.v1.ExchangeRequest;
import org.weft.protocol.v1.Fault;
import org.weft.protocol.v1.FaultCode;
import org.weft.protocol.v1.Probe;
import org.weft.protocol.v1.ProbeReport;
import org.weft.protocol.v1.Step;
import org.weft.protocol.v1.Up;

/** Answers each step with a fault that carries the step's position, and writes down the rest. */
final class RecordingService implements SessionService, DirectoryService {
  /** Steps from this position on are taken only when {@link #go} is fed. */
  static final int STALLING = 1_000_000;

  /** Bytes of a probe's session id that make {@link #ask} refuse with OUT_OF_CACHE. */
  static final ByteString REFUSED = ByteString.copyFromUtf8("refused");

  /** Bytes of a probe's session id that make {@link #ask} fail with a bug. */
  static final ByteString BROKEN = ByteString.copyFromUtf8("broken");

  /** Bytes of a probe's session id that make {@link #ask} wait until {@link #go} is fed. */
  static final ByteString SLOW = ByteString.copyFromUtf8("slow");

  final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  final BlockingQueue<Outbound<Up>> opened = new LinkedBlockingQueue<>();
  final BlockingQueue<Outbound<Collected>> gathering = new LinkedBlockingQueue<>();
  final BlockingQueue<String> go = new LinkedBlockingQueue<>();
  final AtomicInteger reads = new AtomicInteger();
  volatile boolean waitsBeforeEachFrame;
  volatile boolean echoes = true;

  static Down step(int position, int bytes) {
    return Down.newBuilder()
        .setStep(
            Step.newBuilder().setPosition(position).setHidden(ByteString.copyFrom(new byte[bytes])))
        .build();
  }

  static Up echo(int position) {
    return Up.newBuilder()
        .setFault(Fault.newBuilder().setCode(FaultCode.FAULT_CODE_CLOSED).setHop(position))
        .build();
  }

  String event() throws InterruptedException {
    String event = events.poll(20, TimeUnit.SECONDS);
    return event == null ? "nothing" : event;
  }

  @Override
  public void bytesArrived() {
    reads.incrementAndGet();
  }

  @Override
  public Inbound chain(NodeId peer, Outbound<Up> out) {
    events.add("chain " + peer);
    opened.add(out);
    return new Inbound() {
      @Override
      public void received(Down frame) {
        if (waitsBeforeEachFrame || frame.getStep().getPosition() >= STALLING) {
          await();
        }
        if (frame.hasClose()) {
          throw new NodeException(NodeError.OUT_OF_CACHE, "There is no room.", false, 70);
        }
        if (frame.hasProbe()) {
          throw new IllegalStateException("a bug with /secret/path in it");
        }
        events.add("step " + frame.getStep().getPosition());
        if (echoes) {
          out.send(echo(frame.getStep().getPosition()));
        }
      }

      @Override
      public void ended() {
        events.add("ended");
      }
    };
  }

  private void await() {
    try {
      go.poll(20, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Override
  public Runnable gather(NodeId peer, Collect request, Outbound<Collected> out) {
    if (request.getEpoch() == 13) {
      throw new NodeException(NodeError.TICKET, "You may not collect.");
    }
    events.add("gather " + peer);
    out.send(
        Collected.newBuilder()
            .setCollecting(Collecting.newBuilder().setEpoch(request.getEpoch()))
            .build());
    gathering.add(out);
    return () -> events.add("gone");
  }

  @Override
  public ProbeReport ask(NodeId peer, Probe probe) {
    if (probe.getSessionId().equals(REFUSED)) {
      throw new NodeException(NodeError.OUT_OF_CACHE, "There is no room.", false, 250);
    }
    if (probe.getSessionId().equals(BROKEN)) {
      throw new IllegalStateException("a bug with /secret/path in it");
    }
    if (probe.getSessionId().equals(SLOW)) {
      await();
    }
    return ProbeReport.newBuilder().setKnown(true).build();
  }

  @Override
  public Closed end(NodeId peer, Close close) {
    return Closed.newBuilder().setPositions(close.getEpoch()).build();
  }

  @Override
  public ExchangeReply exchange(NodeId peer, ExchangeRequest request) {
    events.add("exchange " + peer);
    return ExchangeReply.newBuilder().addAllRecords(request.getRecordsList()).build();
  }
}
