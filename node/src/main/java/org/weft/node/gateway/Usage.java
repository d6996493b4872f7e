package org.weft.node.gateway;

import com.fasterxml.jackson.databind.node.ObjectNode;

/** Tokens of a request's prompts, each counted once, and of all its answers. */
record Usage(int prompt, int completion) {
  Usage plus(int morePrompt, int moreCompletion) {
    return new Usage(prompt + morePrompt, completion + moreCompletion);
  }

  ObjectNode json() {
    return Json.object()
        .put("prompt_tokens", prompt)
        .put("completion_tokens", completion)
        .put("total_tokens", prompt + completion);
  }
}
