package org.weft.tools.chat;

import java.util.List;
import java.util.function.Consumer;
import org.weft.node.generation.ChatMessage;
import org.weft.node.session.Cancellation;

/** Whoever answers in a conversation: a model in this process, or a gateway. */
public interface Answerer extends AutoCloseable {
  /** The model's name. */
  String model();

  /** How an answer came to its end. */
  enum Ending {
    /** The model ended it, or somebody cancelled it. */
    WHOLE,
    /** It is as long as was allowed, or the context is full. */
    CUT_SHORT
  }

  /** Streams the assistant's next message, in this thread, until it ends or is cancelled. */
  Ending answer(List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation);

  @Override
  void close();
}
