package org.weft.node.gateway;

import java.util.function.Function;
import org.weft.node.generation.LanguageModel;
import org.weft.node.session.Cancellation;

/**
 * A body that has arrived whole, and its share of the budget, which closing gives back. Owned by
 * the thread that serves the request.
 */
final class Body implements AutoCloseable {
  private static final byte[] READ = {};

  private final ParseTurns turns;
  private final BodyBudget.Share share;
  private byte[] bytes;

  Body(byte[] bytes, ParseTurns turns, BodyBudget.Share share) {
    this.bytes = bytes;
    this.turns = turns;
    this.share = share;
  }

  /**
   * Makes a request to that model of the body, once. The text and its tree are dropped when this
   * returns, so the reader must keep neither; the share stays, since prompts are about as long.
   *
   * @throws ApiException for a body that is no such request or names another model, or 503 where
   *     too many are parsed
   * @throws ClientGoneException when cancelled
   */
  <T> T read(Cancellation cancellation, LanguageModel model, Function<Fields, T> reader) {
    byte[] text = bytes;
    bytes = READ;
    return turns.parse(
        text,
        cancellation,
        fields -> {
          ModelsHandler.requireModel(fields, model);
          return reader.apply(fields);
        });
  }

  @Override
  public void close() {
    share.close();
  }
}
