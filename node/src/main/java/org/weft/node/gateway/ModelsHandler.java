package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;
import org.weft.node.generation.LanguageModel;

/** {@code GET /v1/models} and {@code /v1/models/NAME}. */
final class ModelsHandler {
  private final LanguageModel model;
  private final long created;

  /** {@code created} in seconds since 1970. */
  ModelsHandler(LanguageModel model, long created) {
    this.model = model;
    this.created = created;
  }

  void list(Exchange exchange) {
    ObjectNode body = Json.object().put("object", "list");
    body.putArray("data").add(describe());
    exchange.json(200, body);
  }

  void one(Exchange exchange, String name) {
    if (!name.equals(model.name())) {
      throw unknown(name);
    }
    exchange.json(200, describe());
  }

  /** Refuses a request for another model. */
  static void requireModel(Fields fields, LanguageModel model) {
    String name = Fields.string(fields.required("model"), "model");
    if (!name.equals(model.name())) {
      throw unknown(name);
    }
  }

  private ObjectNode describe() {
    return Json.object()
        .put("id", model.name())
        .put("object", "model")
        .put("created", created)
        .put("owned_by", "weft");
  }

  private static ApiException unknown(String name) {
    String shown = name.length() > 100 ? name.substring(0, 100) + "…" : name;
    return new ApiException(
        ApiError.of(
                404,
                ApiError.INVALID,
                "The model '%s' does not exist here; /v1/models says which one does."
                    .formatted(shown))
            .withParam("model")
            .withCode("model_not_found"));
  }
}
