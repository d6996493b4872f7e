package org.weft.tools.chat;

import java.util.List;
import java.util.function.Consumer;
import org.weft.node.generation.Cancellation;
import org.weft.node.generation.ChatMessage;

/** Whoever answers in a conversation: a model in this process, or a gateway. */
public interface Answerer extends AutoCloseable {
  /** The model's name. */
  String model();

  /** Streams the assistant's next message, in this thread, until it ends or is cancelled. */
  void answer(List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation);

  @Override
  void close();
}
