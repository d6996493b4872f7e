package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** What every chunk of an answer says of the whole. */
record AnswerHead(String id, long created, String model, String fingerprint) {
  ObjectNode json(String object) {
    return Json.object()
        .put("id", id)
        .put("object", object)
        .put("created", created)
        .put("model", model)
        .put("system_fingerprint", fingerprint);
  }
}
