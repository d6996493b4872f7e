package org.weft.node.generation;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.weft.node.NodeError;
import org.weft.node.NodeException;
import org.weft.shard.tokenizer.Tokenizer;

/**
 * A conversation to token ids, through the model's own chat template, with what Hugging Face's
 * {@code apply_chat_template} gives a template.
 */
public final class ChatPrompt {
  /**
   * The prompt for the assistant's next message.
   *
   * @throws NodeException UNSUPPORTED where the model has no chat template that can be read
   * @throws org.weft.shard.ShardException TEMPLATE where the template refuses the conversation
   */
  public static int[] ids(LanguageModel model, List<ChatMessage> messages) {
    Tokenizer tokenizer = model.tokenizer();
    int[] ids = tokenizer.encodePrompt(text(model, messages));
    // Many templates write BOS themselves: then one is enough.
    OptionalInt bos = tokenizer.addedBos();
    boolean twice = bos.isPresent() && ids.length > 1 && ids[1] == bos.getAsInt();
    return twice ? Arrays.copyOfRange(ids, 1, ids.length) : ids;
  }

  /** The rendered text; see {@link #ids}. */
  public static String text(LanguageModel model, List<ChatMessage> messages) {
    return switch (model.chatFormat()) {
      case ChatFormat.Template format ->
          format.template().render(context(model.tokenizer(), messages));
      case ChatFormat.None none ->
          throw new NodeException(
              NodeError.UNSUPPORTED,
              "the model '%s' has no chat template: use plain completions".formatted(model.name()));
      case ChatFormat.Unreadable unreadable ->
          throw new NodeException(NodeError.UNSUPPORTED, unreadable.sentence());
    };
  }

  private static Map<String, Object> context(Tokenizer tokenizer, List<ChatMessage> messages) {
    List<Map<String, Object>> list = new ArrayList<>(messages.size());
    for (ChatMessage message : messages) {
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("role", message.role());
      fields.put("content", message.content());
      message.name().ifPresent(name -> fields.put("name", name));
      list.add(fields);
    }
    Map<String, Object> context = new LinkedHashMap<>();
    context.put("messages", list);
    context.put("tools", null); // as transformers does: defined, and none
    context.put("documents", null);
    context.put("add_generation_prompt", true);
    context.put("bos_token", piece(tokenizer, tokenizer.bos()));
    context.put("eos_token", piece(tokenizer, tokenizer.eos()));
    return context;
  }

  private static String piece(Tokenizer tokenizer, OptionalInt id) {
    return id.isPresent() ? tokenizer.piece(id.getAsInt()) : "";
  }

  private ChatPrompt() {}
}
