package org.weft.tools.chat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CancellationException;
import java.util.function.Consumer;
import org.weft.node.generation.ChatMessage;
import org.weft.node.session.Cancellation;
import org.weft.shard.sampling.SamplingParameters;
import org.weft.tools.user.Json;
import org.weft.tools.user.UserException;

/** Answers from a gateway, by its OpenAI-compatible face. */
public final class GatewayAnswerer implements Answerer {
  private static final String DATA = "data:";

  private final GatewayClient gateway;
  private final String model;
  private final OptionalInt maxTokens;
  private final SamplingParameters sampling;

  public GatewayAnswerer(
      GatewayClient gateway, OptionalInt maxTokens, SamplingParameters sampling) {
    this.gateway = gateway;
    this.maxTokens = maxTokens;
    this.sampling = sampling;
    this.model = gateway.get("/v1/models").path("data").path(0).path("id").asText("");
  }

  @Override
  public String model() {
    return model;
  }

  @Override
  public Ending answer(
      List<ChatMessage> conversation, Consumer<String> text, Cancellation cancellation) {
    try (InputStream in =
        gateway.stream("/v1/chat/completions", request(conversation), cancellation)) {
      return read(in, text, cancellation);
    } catch (CancellationException beforeItBegan) {
      return Ending.WHOLE;
    } catch (IOException broken) {
      if (cancellation.cancelled()) {
        return Ending.WHOLE;
      }
      throw new UserException(
          "the answer of the gateway at " + gateway.base() + " broke off", broken);
    }
  }

  /** Reads events to the last one; an end without a reason for it is none. */
  private static Ending read(InputStream in, Consumer<String> text, Cancellation cancellation)
      throws IOException {
    Cancellation.Registration stop = cancellation.onCancel(() -> closeQuietly(in));
    try {
      BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
      String reason = "";
      for (String line = reader.readLine(); line != null; line = reader.readLine()) {
        String data = line.startsWith(DATA) ? line.substring(DATA.length()).strip() : "";
        if (data.equals("[DONE]")) {
          return ending(reason);
        }
        if (!data.isEmpty()) {
          String told = take(Json.read(data), text);
          reason = told.isEmpty() ? reason : told;
        }
      }
      if (reason.isEmpty()) {
        throw new EOFException("the stream ended without [DONE]");
      }
      return ending(reason);
    } finally {
      stop.close();
    }
  }

  private static Ending ending(String reason) {
    return reason.equals("length") ? Ending.CUT_SHORT : Ending.WHOLE;
  }

  /** Gives the reason for the end, or nothing where it goes on. */
  private static String take(JsonNode event, Consumer<String> text) {
    if (event.has("error")) {
      throw new UserException(event.path("error").path("message").asText("the gateway failed"));
    }
    String piece = event.path("choices").path(0).path("delta").path("content").asText("");
    if (!piece.isEmpty()) {
      text.accept(piece);
    }
    return event.path("choices").path(0).path("finish_reason").asText("");
  }

  private Map<String, Object> request(List<ChatMessage> conversation) {
    Map<String, Object> request = new LinkedHashMap<>();
    request.put("model", model);
    request.put("stream", true);
    request.put(
        "messages",
        conversation.stream()
            .map(message -> Map.of("role", message.role(), "content", message.content()))
            .toList());
    request.put("temperature", sampling.temperature());
    request.put("top_p", sampling.topP());
    request.put("top_k", sampling.topK());
    request.put("min_p", sampling.minP());
    request.put("repetition_penalty", sampling.repetitionPenalty());
    request.put("seed", sampling.seed());
    maxTokens.ifPresent(limit -> request.put("max_tokens", limit));
    return request;
  }

  private static void closeQuietly(InputStream in) {
    try {
      in.close();
    } catch (IOException gone) {
      return;
    }
  }

  @Override
  public void close() {}
}
