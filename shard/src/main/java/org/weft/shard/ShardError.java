package org.weft.shard;

/** What can go wrong with a model. */
public enum ShardError {
  /** The file is missing, unreadable or not a file. */
  FILE,
  /** The file's bytes are not a well-formed model file. */
  FORMAT,
  /** A well-formed file with an architecture, tensor type or tokenizer that is not supported. */
  UNSUPPORTED,
  /** A weight, hidden state or logit is NaN or infinite. */
  NON_FINITE,
  /** Positions beyond what the model or the reservation has. */
  TOO_LONG,
  /** No KV pages are left. */
  OUT_OF_CACHE,
  /** Contents differ from the manifest. */
  MISMATCH,
  /** A chat template that cannot be parsed or rendered. */
  TEMPLATE,
  /** An argument that the caller, in the end a user, got wrong. */
  ARGUMENT
}
