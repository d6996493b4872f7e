package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;

/**
 * An answer as server-sent events, each sent as soon as it is there. The HTTP answer begins with
 * the first event, so that what fails before has a status of its own. One thread's.
 */
final class TokenStream {
  private static final String CONTENT_TYPE = "text/event-stream; charset=utf-8";

  private final Exchange exchange;
  private final AnswerShape shape;
  private final AnswerHead head;
  private final boolean usage;
  private boolean begun;

  TokenStream(Exchange exchange, AnswerShape shape, AnswerHead head, boolean usage) {
    this.exchange = exchange;
    this.shape = shape;
    this.head = head;
    this.usage = usage;
  }

  boolean begun() {
    return begun;
  }

  /** A chunk with one choice. */
  void send(ObjectNode choice) {
    ObjectNode chunk = head.json(shape.chunkObject());
    chunk.putArray("choices").add(choice);
    if (usage) {
      chunk.putNull("usage");
    }
    event(Json.text(chunk));
  }

  /** The chunk of usage, where it was asked for, and the end. */
  void done(Usage total) {
    if (usage) {
      ObjectNode chunk = head.json(shape.chunkObject());
      chunk.putArray("choices");
      chunk.set("usage", total.json());
      event(Json.text(chunk));
    }
    event("[DONE]");
    exchange.end();
  }

  /** An error in mid-stream: an event of its own, then the end without [DONE]. */
  void fail(ApiError error) {
    event(Json.text(error.json()));
    exchange.end();
  }

  private void event(String data) {
    if (!begun) {
      begun = true;
      exchange.begin(CONTENT_TYPE);
    }
    exchange.write("data: " + data + "\n\n");
  }
}
