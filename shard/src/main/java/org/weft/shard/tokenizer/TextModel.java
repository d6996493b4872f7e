package org.weft.shard.tokenizer;

/** How text without special tokens becomes tokens and a token bytes. Immutable; any thread. */
sealed interface TextModel permits BytePairModel, SentencePieceModel {
  /**
   * Appends the ids of {@code text}, which is well-formed UTF-16 and not empty, and stands at the
   * beginning or after a special token.
   */
  void encode(String text, IntBuffer ids);

  /** The bytes of a normal or byte token; others are what they are written as. */
  byte[] bytes(int id);

  /** Whether encoding puts a space before a first text. */
  boolean addsSpace();
}
