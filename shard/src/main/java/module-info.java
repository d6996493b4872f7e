/**
 * The model: files, content hashes, tensors, kernels, blocks, KV cache, tokenizer, templates and
 * sampling.
 */
@org.jspecify.annotations.NullMarked
module org.weft.shard {
  requires static transitive org.jspecify;
  requires jdk.incubator.vector;
  requires jdk.management;

  exports org.weft.shard;
  exports org.weft.shard.gguf;
  exports org.weft.shard.kernel;
  exports org.weft.shard.manifest;
  exports org.weft.shard.model;
  exports org.weft.shard.sampling;
  exports org.weft.shard.template;
  exports org.weft.shard.tokenizer;
}
